//// vla = 1928
static int f(int n){ int a[n]; int s=0; for(int i=0;i<n;i++) a[i]=i*i; for(int i=0;i<n;i++) s+=a[i]; return s*100+sizeof(a); }
long test(void){ return f(3)+f(4); }

//// vla-init-const-len = 8
static int f(void){ const int n=3; char b[n+1]; b[3]=4; return b[3]+sizeof(b); }
long test(void){ return f(); }

//// tls = 46
static _Thread_local int x=3; static __thread struct {int a,b;} y={1,2};
long test(void){ x++; y.b+=x; return x*10+y.b; }

//// enum-forward = 71
enum e; struct s { enum e (*f)(enum e); int z; };
enum later; static enum later *never(enum later *p) { return p; }
static enum e g(enum e x);
enum e { A = -1, B, C = 7 };
static enum e g(enum e x) { return x == A ? C : A; }
long test(void){ struct s s={g,3}; return g(A)*10+s.f(C)+(never(0)==0)+(A<0); }

//// md-vla-1 = 76
static int f(int n){ int a[n][2]; a[1][1]=5; a[0][1]=2; return a[1][1]*10+a[0][1]+sizeof(a[0])+sizeof a; }
long test(void){ return f(2); }

//// attr-cleanup = 21
static int log; static void out(int *p){ log=log*10+*p; }
long test(void){ { int a __attribute__((__cleanup__(out)))=1; int b __attribute__((cleanup(out)))=2; (void)a;(void)b; } return log; }

//// counted-by = 3
#if __has_attribute(__counted_by__)
#define __counted_by(m) __attribute__((__counted_by__(m)))
#else
#define __counted_by(m)
#endif
struct f { int n; int t[] __counted_by(n); };
long test(void){ struct f *p=malloc(sizeof *p+8); p->n=2; p->t[1]=3; int r=p->t[1]; free(p); return r; }

//// attrs = 60
#define __a(x) __attribute__((x))
static __a(__noinline__) __a(__cold__) __a(__no_instrument_function__) int f(int x) __a(__section__(".init.text"));
static int f(int x){ switch(x){ case 1: x++; __a(__fallthrough__); case 2: x++; break; default: x=0; } return x; }
struct __a(__designated_init__) __a(__packed__) __a(__aligned__(8)) s { int a; char b; };
static int al __a(__section__(".data..read_mostly")) __a(__used__) = 3; extern int al2 __a(__alias__("al"));
extern int g(int) __a(__alias__("h")); int h(int x){ return x*2; }
__a(__weak__) int w(void){ return 4; }
__a(__malloc__) __a(__alloc_size__(1)) __a(__assume_aligned__(8)) static void *m(unsigned long n){ return malloc(n); }
__a(__error__("never")) void never(void);
long test(void){ struct s s={.a=1,.b=2}; void *p=m(8); int ok=p!=0; free(p); if (0) never(); return f(1)*10+f(2)+s.a+sizeof(s)+al2+g(5)+w()+ok; }

//// init-text = 4
static int __attribute__((section(".init.text"))) __attribute__((cold)) setup(void) { return 3; }
static int param __attribute__((section("__param"))) __attribute__((used)) = 1;
long test(void){ return setup()+param; }
