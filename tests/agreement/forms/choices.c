//// generic1 = 858
#define T(x) _Generic((x), int: 1, unsigned: 2, long: 3, unsigned long: 4, char: 5, signed char: 6, unsigned char: 7, short: 8, unsigned short: 9, long long: 10, unsigned long long: 11, default: 12)
long test(void){ char c=0; short s=0; unsigned u=0; unsigned long ul=0; return T(1)*1+T(c)*3+T(s)*7+T(u)*13+T(ul)*17+T((signed char)1)*19+T(1LL)*23+T("a")*29; }

//// generic2 = 321
struct a {int x;}; struct b{int y;};
#define F(p) _Generic((p), struct a *: fa, struct b *: fb, const struct a *: fca)(p)
static int fa(struct a*p){return p->x;} static int fb(struct b*p){return p->y*10;} static int fca(const struct a*p){return p->x*100;}
long test(void){ struct a a={1}; struct b b={2}; const struct a c={3}; return F(&a)+F(&b)+F(&c); }

//// generic3-unqual-scalar = 4
#define __unqual_scalar_typeof(x) typeof(_Generic((x), char: (char)0, unsigned char: (unsigned char)0, signed char: (signed char)0, unsigned short: (unsigned short)0, signed short: (signed short)0, unsigned int:(unsigned int)0, signed int:(signed int)0, unsigned long:(unsigned long)0, signed long:(signed long)0, default: (x)))
long test(void){ volatile unsigned short x = 65535; const volatile int *p=0; __unqual_scalar_typeof(x) y = x; y++; __unqual_scalar_typeof(p) q = p; struct { int v; } *s=0; __unqual_scalar_typeof(s) r=s; return y*100+sizeof(y)+(q==0) + (r==0); }

//// generic-lvalue = 57
long test(void){ int a=1; long b=2; _Generic(a, int: a, default: b) = 5; _Generic(0L, int: a, default: b) = 7; return a*10+b; }

//// generic-nested = 35
#define W(x) _Generic((x), int: _Generic((x)+0L, long: 3, default: 4), default: 5)
long test(void){ return W(1)*10+W(1L); }

//// generic-same-typed-values = 1606
#define K(x) _Generic((x), int: 11, long: 22, char *: 33, default: 44)
typedef unsigned long size_tt; enum e { A, B };
long test(void){ enum e v=A; size_tt s=0; char *p=0; const char *q=0; return K(1)+K(1L)*3+K(p)*5+K(q)*7+K(v)*11+K(s)*13; }

//// choose-expr = 25
long test(void){ int x=2; struct {int a;} s={3}; return __builtin_choose_expr(1, x, s) + __builtin_choose_expr(0, s, x)*10 + __builtin_choose_expr(sizeof(x)==4, s.a, "foo"); }

//// types-compat = 6
#define same(a,b) __builtin_types_compatible_p(typeof(a), typeof(b))
long test(void){ int a[3]; int *p=a; return same(a,&a[0])*1+same(p,&a[0])*2+same(int,const int)*4 + __builtin_types_compatible_p(long, long long)*8; }

//// constant-p = 7
static inline int f(int x){ return __builtin_constant_p(x); }
long test(void){ int y = 3; return __builtin_constant_p(3)*1 + __builtin_constant_p("abc")*2 + __builtin_choose_expr(__builtin_constant_p(4), 4, 8); }

//// retaddr-unused = 5
static void rec(unsigned long ip){ }
long test(void){ rec((unsigned long)__builtin_return_address(0)); return 5; }

//// retaddr-stored = 4
static unsigned long last; struct w { void *caller; int x; };
long test(void){ struct w w; last = (unsigned long)__builtin_return_address(0); w.caller=__builtin_frame_address(0); w.x=4; return w.x; }

//// auto-type = 844
#define max(a,b) ({ __auto_type _a=(a); __auto_type _b=(b); _a>_b?_a:_b; })
long test(void){ struct {int x;} s={4}; __auto_type t = s; __auto_type p=&t; int a[2]={7,8}; __auto_type q=a; return max(3,4L)+p->x*10+q[1]*100; }

//// stmt-expr = 1309
long test(void){ int r = ({ struct loc { int a; char b; } l = { 1, 2 }; enum { Q = 5 }; static int cnt; typedef int T; T z = Q; extern int glob; int arr[3]={1,2,3}; union { int i; char c[4]; } u = { .i = 258 }; cnt++; l.a+l.b+z+arr[2]+u.c[1]+cnt; }); struct p {int x,y;} v = ({ struct p t={1,2}; t.y=9; t; }); return r*100+v.y; }

//// stmt-expr-loops = 33
long test(void){ int s=0; int r=({ int i; for(i=0;i<5;i++){ if(i==3) break; s+=i; } i; }); return r*10+s; }

//// stmt-expr-goto = 4
long test(void){ int s=0; int r=({ __label__ out; int i=0; again: if(i>3) goto out; i++; goto again; out: i; }); return r; }

//// computed-goto-unreached = 4
static int f(int x){ if (x) { void *t = &&a; goto *t; a: return 3; } return 4; }
long test(void){ return f(0); }

//// this-ip = 5
#define _THIS_IP_ ({ __label__ __here; __here: (unsigned long)&&__here; })
static void rec(unsigned long ip){ }
long test(void){ rec(_THIS_IP_); return 5; }
