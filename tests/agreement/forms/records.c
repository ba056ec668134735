//// packed = 157271
struct __attribute__((packed)) p { char a; int b; short c; long d; };
long test(void){ struct p x={1,2,3,4}; struct p *q=&x; q->b+=5; q->d=7; x.c--; struct p y=x; return y.a+y.b*10+y.c*100+y.d*1000+sizeof(x)*10000; }

//// packed-array = 258
struct p { char a; int b; } __attribute__((packed));
long test(void){ struct p x[3]={{1,2},{3,4},{5,6}}; int s=0; for(int i=0;i<3;i++){ x[i].b+=i; s=s*10+x[i].b; } return s; }

//// packed-aligned = 282
struct p { char a; int b; } __attribute__((packed, aligned(4)));
long test(void){ struct p x[3]={{1,2},{3,4},{5,6}}; int s=0; for(int i=0;i<3;i++){ x[i].b+=i; s=s*10+x[i].b; } return s+sizeof(x); }

//// get-unaligned = 578437717428733270
#define get_unaligned(p) ({ const struct { typeof(*(p)) x; } __attribute__((packed)) *__p=(typeof(__p))(p); __p->x; })
#define put_unaligned(v,p) do { struct { typeof(*(p)) x; } __attribute__((packed)) *__p=(typeof(__p))(p); __p->x=(v); } while(0)
long test(void){ unsigned char b[8]={1,2,3,4,5,6,7,8}; unsigned r=get_unaligned((unsigned*)(b+1)); put_unaligned((unsigned short)0x0a0b, (unsigned short*)(b+3)); return r+b[3]*3+b[4]*5+get_unaligned((unsigned long*)b); }

//// packed-bitfield-straddle = 6445969526
struct p { unsigned char a; unsigned b:31; unsigned c:20; unsigned d:5;} __attribute__((packed));
long test(void){ struct p x={1,2,3,4}; x.b=0x7fffffff; x.c=0xabcde; x.d++; x.b-=3; return x.a+x.b*3L+x.c*5L+x.d*7+sizeof x; }

//// bitfield-signed = -4233
struct p { int a:3; int b:29; signed char c:2; long d:40; unsigned e:1; _Bool f:1; };
long test(void){ struct p x={0}; x.a=3; x.b=-1; x.c=-2; x.d=-5; x.e=3; x.f=2; int r= (x.a=5); x.d+=1; x.a++; return x.a+x.b*10+x.c*100+x.d*1000+x.e*7+x.f*11+r*13; }

//// bitfield-zero-width = 329
struct p { int a:3; int :0; int b:4; int :5; int c:6; };
long test(void){ struct p x={1,2,3}; return x.a+x.b*10+x.c*100+sizeof x; }

//// cast-union = 20
union u { int i; float f; long l; void *p; };
static long f(union u x){ return x.l; }
long test(void){ int k=5; union u a=(union u)7L; return f((union u)3L)+a.l+f((union u)(long)k)+ ((union u)k).i; }

//// cast-union-struct = 8589934593
struct s {int a,b;}; union u { struct s s; long l; };
long test(void){ struct s s={1,2}; union u x=(union u)s; return x.l; }

//// transparent-union = 45
struct a{int x;}; struct b{long y;};
typedef union { struct a *a; struct b *b; } tu __attribute__((transparent_union));
static int f(tu t, int w){ return w ? t.a->x : t.b->y; }
long test(void){ struct a a={4}; struct b b={5}; return f(&a,1)*10+f(&b,0); }

//// flex = 123
struct f { int n; long t[]; };
long test(void){ int n=3; struct f *p=malloc(sizeof(*p)+n*sizeof(p->t[0])); p->n=n; for(int i=0;i<n;i++) p->t[i]=i+1; long s=0; for(int i=0;i<p->n;i++) s=s*10+p->t[i]; free(p); return s; }

//// flex-struct-elem = 126
struct e { int a; char b; }; struct f { int n; struct e t[]; };
long test(void){ int n=3; struct f *p=calloc(1,sizeof(*p)+n*sizeof(p->t[0])); p->n=n; for(int i=0;i<n;i++) p->t[i].b=i+1; long s=0; for(int i=0;i<p->n;i++) s=s*10+p->t[i].b+p->t[i].a; struct f q=*p; free(p); return s+q.n; }

//// flex-union = 2
struct f { int n; union { struct { struct {} __e; long t[]; }; struct { struct {} __e2; char c[]; }; }; };
long test(void){ struct f *p=malloc(sizeof(*p)+16); p->t[1]=0x0102; int r= p->c[8]; free(p); return r; }

//// flex-static = 91
struct f { int n; int t[]; };
static struct f g={2,{7,8}};
long test(void){ return g.t[1]*10+g.t[0]+sizeof g; }

//// empty-struct = 29
struct e {}; struct s { int a; struct e x; int b; struct e y[0]; };
long test(void){ struct s s={1,.b=2}; struct e e1={}, e2; e2=e1; return s.a+s.b*10+sizeof(s)+sizeof(struct e); }

//// anon-nested = 4331
struct s { int a; union { struct { int b, c; }; long d; }; struct { int e; } f; };
long test(void){ struct s s={1,.b=2,.c=3,.f.e=4}; s.d+=1; struct s t=s; return t.a+t.b*10+t.c*100+t.f.e*1000; }

//// array-struct-copy = 461
struct s { int a[4]; struct { char c[3]; } d; };
static struct s f(struct s x){ x.a[2]++; x.d.c[1]=x.d.c[0]; return x; }
long test(void){ struct s s={{1,2,3,4},{{5,6,7}}}; struct s t=f(s); return t.a[2]*100+t.d.c[1]*10+s.d.c[1]+f(t).a[2]; }

//// union-cast-2 = 8589934600
struct s {int a,b;}; union u { long l; struct s s; char c[3]; };
long test(void){ struct s s={1,2}; union u x=(union u)s; union u y=(union u)5L; return x.l+y.s.a+((union u)s).s.b; }

//// union-cast-small = 200
union u { long l; unsigned char c; };
static long f(union u x){ return x.c; }
long test(void){ unsigned char k=200; return f((union u)k); }

//// union-assign-same = 21
union u { long l; struct {int a,b;} s; };
long test(void){ union u p={.s={1,2}}, q; q=p; const union u r=q; return (q=r).s.b*10+({union u t=r; t;}).s.a; }

//// packed-bf2 = 12885481911
struct p { unsigned a:3; unsigned b:13; unsigned long c:33; char d; } __attribute__((packed));
long test(void){ struct p x={1,2,3,4}; x.b=8000; x.c=(1L<<32)|5; x.a--; x.d++; return x.a+x.b*10L+(long)x.c*3+x.d*100000L+sizeof x; }

//// packed-bf-static = 8593453468
struct p { unsigned char a; unsigned b:31; unsigned c:20; unsigned d:5; short e;} __attribute__((packed));
static struct p g={1,0x7ffffff1,0xabcde,9,-3}; static struct p t[2]={{.c=5},{.b=7,.e=4}};
long test(void){ struct p h=g; struct p *q=&t[1]; q->d=3; q->b++; t[0]=*q; return g.a+g.b*3L+g.c*5L+g.d*7+g.e+h.b+h.e+t[0].b+t[0].d*100+sizeof t; }

//// packed-static-ptr = 780
struct p { char a; void *q; short z; } __attribute__((packed));
static int v=7; static struct p g={1,&v,3};
long test(void){ struct p h=g; int *r; memcpy(&r,&g.q,sizeof r); return *(int*)h.q+*(int*)g.q*10+*r*100+h.z; }

//// packed-nested = 2535
struct in { int a; short b; };
struct p { char c; struct in i; struct in j[2]; } __attribute__((packed));
static struct p g={1,{2,3},{{4,5},{6,7}}};
long test(void){ int n=1; struct in x=g.i; g.j[n]=x; g.j[0].a++; struct p h=g; return h.i.a+h.j[1].b*10+h.j[0].a*100+g.j[n].a*1000+((struct p*)&h)->j[n].b; }

//// packed-by-value = 867
struct p { char c; int i; long l; } __attribute__((packed));
static struct p f(struct p a, int k){ a.i+=k; a.l-=k; return a; }
long test(void){ struct p x={1,2,3}; x=f(x,4); struct p y=f(f(x,1),2); return x.i+y.l*10+y.i*100+y.c; }

//// packed-array-member = 735
struct p { char c; int i[3]; } __attribute__((packed));
long test(void){ struct p x={1,{2,3,4}}; int n=2; x.i[n]++; x.i[0]+=x.i[n]; return x.i[0]*100+x.i[1]*10+x.i[2]; }

//// packed-incr = 712
struct p { char c; unsigned short i; long *q; } __attribute__((packed));
long test(void){ long a[3]={5,6,7}; struct p x={1,2,a}, *y=&x; y->i++; ++y->q; y->i<<=2; y->q++; return *y->q*100+y->i; }
