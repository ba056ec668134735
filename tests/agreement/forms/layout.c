//// offsetof-index = 7036421
struct in { int q; struct { char c[8]; } z[4]; };
struct s { int a; union { struct in arr[3]; long l; }; int t[]; };
static unsigned long f(int n, int m){ return offsetof(struct s, t[n]) + 100*offsetof(struct s, arr[m+1].z[n].c[2]) + offsetof(struct s, arr[1].q)*7; }
static unsigned long k = offsetof(struct s, arr[2].z[1].c[3]); static unsigned long three(void){ return offsetof(struct s, arr[2].z[1].c[3]); }
long test(void){ long c=three(); struct { int x, y; } *p = 0; int i=1; return f(2,0)*1000+c+k*3+offsetof(typeof(*p), y)*5+__builtin_offsetof(struct s, arr[0].z[1].c[i]); }

//// offsetof-typeof = 36
struct s { int a; int t[4]; };
static unsigned long f(struct s *p, int n){ return offsetof(typeof(*p), t[n]) + offsetof(__typeof__(struct s), t[n+1]) ; }
long test(void){ return f(0,3); }

//// sizeof-forms = 737
struct s { int a; int t[4]; char b; };
static long f(struct s *p, int n){ return sizeof(p->t)+sizeof(*p)*10+sizeof p->t[n]*100+sizeof(struct s[3])+_Alignof(struct s)+__alignof__(p->b)+sizeof(((struct s *)0)->t)/sizeof(((struct s *)0)->t[0]); }
long test(void){ return f(0,3); }

//// flex-struct-size = 33
struct e { int a; char b; }; struct f { int n; char c; struct e t[]; };
long test(void){ int n=2; unsigned long sz=sizeof(struct f)+n*sizeof(struct e); struct f *p=malloc(sz), *q=malloc(sz); memset(p,0,sz); p->t[1].b=3; p->n=n; memcpy(q,p,sz); memcpy(&q->t[0],&p->t[1],sizeof(q->t[0])); int r=q->t[0].b*10+q->t[1].b; free(p); free(q); return r; }

//// union-alias = 184846593
union u { unsigned int w; struct { unsigned char b[4]; }; unsigned short h[2]; };
long test(void){ union u x={.w=0x04030201}; x.b[1]=9; x.h[1]++; int i=3; x.b[i]^=0xf; union u *p=&x; p->h[0]|=0x8000; return x.w; }

//// switch-range = 7119
static int f(int c){ switch(c){ case '0' ... '9': return c-'0'; case 'a' ... 'f': return c-'a'+10; default: return -1; } }
long test(void){ return f('7')*1000+f('c')*10+f('z'); }

//// bitfield-ops = 412316731823
struct f { unsigned a:4, b:4; int c:8; unsigned long d:48; };
long test(void){ struct f x={3,5,-7,1UL<<40}; struct f *p=&x; p->a<<=1; p->b-=6; p->c*=2; p->d>>=3; p->a++; --p->b; p->c|=1; return x.a+x.b*100+x.c*10000+(long)x.d*3; }

//// ternary-omitted = 212
static int n; static int f(void){ return ++n; }
long test(void){ int a=0; int b=f()?:5; int c=a?:f(); return b*10+c+n*100; }

//// func-ptr-table = 1205
typedef int (*op)(int,int); static int add(int a,int b){return a+b;} static int sub(int a,int b){return a-b;}
static const op ops[]={[1]=sub,[0]=add}; struct o { op f; int k; }; static struct o os[2]={{add,1},{.f=sub,.k=2}};
long test(void){ int s=0; for(int i=0;i<2;i++) s=s*100+ops[i](7,3)+os[i].f(os[i].k,1); return s; }

//// array-of-array-ptr = 82
static int t[2][3][4]; static int (*row(int i))[4] { return t[i]; }
long test(void){ t[1][2][3]=5; int (*p)[4]=row(1); p[2][3]++; int *q=&t[0][0][0]; return q[23]*10+(*(p+2))[3]+sizeof(*p); }

//// static-local = 713
static int f(void){ static int n=5; static struct {int a[2];} s={{1,2}}; s.a[1]+=n++; return s.a[1]; }
long test(void){ return f()*100+f(); }

//// goto-cleanup = 211078
static int log; static void bye(int *p){ log=log*10+*p; }
static int f(int k){ int a __attribute__((cleanup(bye)))=1; if(k) goto out; { int b __attribute__((cleanup(bye)))=2; if(!k) return 7; } out: return 8; }
long test(void){ int r=f(0)*10; int s=f(1); return log*1000+r+s; }

//// padding-set-and-copied = 209563
struct key { char a; int b; short c; };
static unsigned h(const void *p, int n){ const unsigned *w=p; unsigned s=7; while(n>0){ s=s*31+*w++; n-=4; } return s; }
long test(void){ struct key k[2], c; memset(k,0,sizeof k); k[1].a=1; k[1].b=2; k[1].c=3; memcpy(&c,&k[1],sizeof c); return h(&c,sizeof c)==h(&k[1],sizeof c) ? h(&c,sizeof c) : 0; }
