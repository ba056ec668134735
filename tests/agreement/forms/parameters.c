//// md-param = 91
static int f(int n, int a[2][3]) { int s=0; for (int i=0;i<2;i++) for(int j=0;j<3;j++) s += a[i][j]*(i*3+j+1); return s; }
long test(void){ int v[2][3]={{1,2,3},{4,5,6}}; return f(2,v); }

//// static-param = 3
static int f(int a[static 2]) { return a[0]+a[1]; }
long test(void){ int v[2]={1,2}; return f(v); }

//// const-param-array = 196
static int f(const char s[], int a[const]) { a[1]=s[1]; return s[0]+a[0]; }
long test(void){ int v[2]={1,2}; return f("ab", v)+v[1]; }

//// fn-param = 27
static int g(int x){return x+1;}
static int f(int h(int), int x){ return h(x)*2 + (*h)(x); }
long test(void){ return f(g,3)+f(&g,4); }

//// fn-typedef-param = 66
typedef int fn(int, void *);
static int g(int x, void *p){return x+*(int*)p;}
static int call(fn *f, fn h, int x, void *p){ return f(x,p)*10+h(x,p); }
long test(void){ int k=5; return call(g,g,1,&k); }

//// array-param-typeof = 13
static int f(int a[3]) { typeof(a) b = a + 1; typeof(*a) c = *b; return c + b[1] + sizeof(a); }
long test(void){ int v[3]={1,2,3}; return f(v); }

//// array-param-incr = 12
static int f(int a[]) { int s=0; while(*a) s = s*10+*a++; return s; }
long test(void){ int v[3]={1,2,0}; return f(v); }

//// array-param-addr = 2
static void g(int **p){ *p += 1; }
static int f(int a[]) { g(&a); return a[0]; }
long test(void){ int v[3]={1,2,0}; return f(v); }

//// array-param-struct = 12
struct s { int x; char c[3]; };
static int f(struct s a[2], struct s (*b)[2]) { (*b)[1].c[2]=7; return a[1].x+a[1].c[2]; }
long test(void){ struct s v[2]={{1},{5}}; return f(v,&v); }

//// kr-array = 5
int f(a,n) int a[]; int n; { return a[n]; }
long test(void){ int v[3]={1,2,5}; return f(v,2); }
