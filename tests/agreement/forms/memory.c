//// memcpy-var = 99099
static int cp(char *d, const char *s, int n){ memcpy(d,s,n); return d[n-1]; }
long test(void){ char a[8]="abcdefg", b[8]={0}; int r=cp(b,a,3); return r*1000+b[2]+b[3]; }

//// memcpy-var-void = 421
static void cp(void *d, const void *s, unsigned long n){ memcpy(d,s,n); }
long test(void){ struct s {int a; long b; char c[3];} x={1,2,{3,4,5}}, y={0}; cp(&y,&x,sizeof(x)); return y.a+y.b*10+y.c[1]*100; }

//// memcpy-var-array-struct = 1071
struct s {int a; long b; char c[3];};
static void cp(struct s *d, const struct s *s, unsigned long n){ memcpy(d,s,n*sizeof(*s)); }
long test(void){ struct s x[2]={{1,2,{3,4,5}},{6,7,{8,9,10}}}, y[2]={0}; cp(y,x,2); return y[0].a+y[1].b*10+y[1].c[2]*100; }

//// memcpy-var-partial-struct = 321
struct s {int a; long b; char c[3];};
static void cp(struct s *d, const struct s *s, unsigned long n){ memcpy(d,s,n); }
long test(void){ struct s x={1,2,{3,4,5}}, y={0}; cp(&y,&x,offsetof(struct s,c)+1); return y.a+y.b*10+y.c[0]*100+y.c[1]; }

//// memset-var = 4
static void z(void *d, int n){ memset(d,0,n); }
long test(void){ struct s {int a; long b; char c[3];} x={1,2,{3,4,5}}; z(&x,16); return x.a+x.b+x.c[1]; }

//// memset-var-ff = 4294967295
static void z(void *d, int n){ memset(d,0xff,n); }
long test(void){ long x[3]={1,2,3}; z(x,12); return x[0]*3+x[1]+x[2]; }

//// memmove-var = 1123512355
static void m(int *p,int n){ memmove(p+1,p,n*sizeof(*p)); }
static void m2(int *p,int n){ memmove(p,p+1,n*sizeof(*p)); }
long test(void){ int a[5]={1,2,3,4,5}; m(a,3); int r=0; for(int i=0;i<5;i++) r=r*10+a[i]; m2(a,4); for(int i=0;i<5;i++) r=r*10+a[i]; return r; }

//// memcmp-var = -989
static int c(const void *p,const void*q,unsigned long n){ int r=memcmp(p,q,n); return r<0?-1:r>0; }
long test(void){ int a[3]={1,2,3}, b[3]={1,2,258}; return c(a,b,8)*100+c(a,b,9)*10+c(a,b,12)+c(b,a,12)*1000; }

//// builtin-mem-var = 7155
static void cp(void *d, const void *s, unsigned long n){ __builtin_memcpy(d,s,n); __builtin_memset(d,1,n/2); __builtin_memmove(d+1,d,n-1);}
long test(void){ char a[8]="abcdefg", b[8]={0}; cp(b,a,7); long r=0; for(int i=0;i<8;i++) r=r*3+b[i]; return r+__builtin_memcmp(a,b,0); }

//// memcpy-offsetof = 4999
struct s { int a; short b; char c; long d; };
long test(void){ struct s x={1,2,3,4}, y={9,9,9,9}; memcpy(&x,&y,offsetof(struct s,d)); return x.a+x.b*10+x.c*100+x.d*1000; }

//// memset-after = 21
struct s { int a; short b; char c; long d; int e[2]; };
#define memset_after(obj, v, member) ({ u8 *__ptr = (u8 *)(obj); typeof(v) __val = (v); memset(__ptr + offsetof(typeof(*(obj)), member) + sizeof(((typeof(*(obj))*)0)->member), __val, sizeof(*(obj)) - offsetof(typeof(*(obj)), member) - sizeof(((typeof(*(obj))*)0)->member)); })
typedef unsigned char u8;
long test(void){ struct s x={1,2,3,4,{5,6}}; memset_after(&x,0,b); return x.a+x.b*10+x.c*100+x.d+x.e[1]; }

//// memset-startat = 21
struct s { int a; short b; char c; long d; int e[2]; };
long test(void){ struct s x={1,2,3,4,{5,6}}; unsigned char *p=(unsigned char*)&x; unsigned char v=0; memset(p+offsetof(struct s,c),v,sizeof(x)-offsetof(struct s,c)); return x.a+x.b*10+x.c*100+x.d+x.e[1]; }

//// struct-group = 4321
#define struct_group(NAME, ...) union { struct { __VA_ARGS__ } ; struct { __VA_ARGS__ } NAME; }
struct s { int a; struct_group(g, short b; char c; long d;); int e; };
long test(void){ struct s x={1}, y={.a=1,.b=2,.c=3,.d=4,.e=5}; memcpy(&x.g,&y.g,sizeof(x.g)); memset(&y.g,0,sizeof(y.g)); return x.a+x.b*10+x.c*100+x.d*1000+x.e+y.c+y.d; }

//// struct-over-bytes = 16913372
struct h { unsigned short type; unsigned char len; unsigned char x; unsigned int id; };
long test(void){ unsigned char buf[16]={0}; struct h h={258,3,4,0x01020304}, k; memcpy(buf+4,&h,sizeof h); memcpy(&k,buf+4,sizeof k); return buf[4]+buf[5]*10+buf[6]*100+buf[8]*1000+k.id; }

//// struct-over-bytes-unaligned = 16913372
struct h { unsigned short type; unsigned char len; unsigned char x; unsigned int id; };
long test(void){ unsigned char buf[16]={0}; struct h h={258,3,4,0x01020304}, k; memcpy(buf+3,&h,sizeof h); memcpy(&k,buf+3,sizeof k); return buf[3]+buf[4]*10+buf[5]*100+buf[7]*1000+k.id; }

//// int-over-bytes-unaligned = 16909074
long test(void){ unsigned char buf[16]={0}; unsigned v=0x01020304,w; memcpy(buf+1,&v,4); memcpy(&w,buf+1,4); return buf[1]+buf[4]*10+w; }

//// memcpy-large = 5
static char a[2000], b[2000];
long test(void){ a[1999]=4; memcpy(b,a,2000); memset(a,1,2000); return b[1999]+b[0]+a[1000]; }

//// memzero-page = 0
static unsigned long a[512];
static void clear(void *p){ memset(p,0,4096); }
long test(void){ a[99]=4; clear(a); return a[99]+a[0]; }

//// memcpy-ptr-in-bytes = 5
struct s { void *p; int x; };
static void cp(void *d, void *s, int n){ memcpy(d,s,n);} 
long test(void){ struct s a={&a,5}, b; char buf[sizeof a]; cp(buf,&a,sizeof a); cp(&b,buf,sizeof buf); return ((struct s*)b.p)->x; }

//// memcpy-const-of-void = 21
static void cp16(void *d, const void *s){ memcpy(d,s,16); }
struct s {int a; long b;};
long test(void){ struct s x={1,2}, y; cp16(&y,&x); return y.a+y.b*10; }

//// memcpy-float = 1023
long test(void){ double d; long l=0x3ff0000000000000; memcpy(&d,&l,8); long m; memcpy(&m,&d,8); return m>>52; }

//// memmove-var-struct = 65278
struct s { int a; char b; };
static void m(struct s *p,int n, int d){ memmove(p+d,p,n*sizeof(*p)); }
long test(void){ struct s a[5]={{1,2},{3,4},{5,6},{7,8},{9,9}}; m(a,3,1); m(a,1,4); int r=0; for(int i=0;i<5;i++) r=r*11+a[i].a*2+a[i].b; return r; }

//// memmove-overlap-bytes = 2676600460817122
static void m(void *d,const void *s,unsigned n){ memmove(d,s,n); }
long test(void){ char a[]="abcdefghij"; m(a+2,a,5); m(a,a+1,7); long r=0; for(int i=0;i<10;i++) r=r*31+a[i]; return r; }

//// memcpy-struct-to-odd = 566
struct s { int a; long b; };
static char buf[64];
long test(void){ struct s x={5,6}, y; int o=3; memcpy(buf+o,&x,sizeof x); memcpy(&y,buf+o,sizeof y); memcpy(&x.a,buf+o+8,4); return y.a*100+y.b*10+x.a; }

//// memcmp-struct = 111
struct s { short a; short c; int b; };
long test(void){ struct s x={1,3,2}, y={1,3,2}; int r=memcmp(&x,&y,sizeof x)==0; y.b=3; unsigned long n=6; return r*100+(memcmp(&x,&y,sizeof x)<0)*10+(memcmp(&x,&y,n)<0); }

//// memset-elem = 16843014
static void z(int *p, unsigned long n, int v){ memset(p,v,n*sizeof(*p)); }
long test(void){ int a[4]={1,2,3,4}; z(a+1,2,1); return a[0]+a[1]+a[3]; }
