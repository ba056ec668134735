//// int128-values = 137426814100
static unsigned long mul(unsigned long a, unsigned long b, unsigned s){ return (unsigned long)(((unsigned __int128)a*b)>>s); }
static long cmp(__int128 a, __int128 b){ return a<b ? -1 : a>b; }
long test(void){ unsigned __int128 x=1; x<<=70; x+=5; __int128 y=-3; y*=1L<<62; y--; return (long)(x>>64)*10+(long)x+mul(1UL<<40|3,1UL<<30,33)+cmp(y,-1)*1000+(long)(y>>60)+(long)(x%1000003)+(long)(y/(1L<<40))+cmp(x,x)+(x>y)+(int)(_Bool)(x>>65); }

//// overflow-narrow = 20415
long test(void){ signed char c; short s; int r=0; r+=__builtin_add_overflow((signed char)100,(signed char)27,&c); r=r*10+c; r=r*2+__builtin_sub_overflow((short)-30000,5000,&s); r=r*10+(s==30536); unsigned long u; r=r*2+__builtin_mul_overflow(-1,2,&u); r=r*2+__builtin_mul_overflow(~0ul,~0ul,&u); return r*2+(u==1); }

//// int128-memory = 2646
static __int128 g = -5; struct s { char c; unsigned __int128 v; } t = {1, 7};
static void add(__int128 *p, long n){ *p += n; }
static __int128 f(struct s x, unsigned __int128 k){ x.v *= k; return x.v; }
long test(void){ add(&g, 3); struct s u=t, *p=&u; p->v <<= 65; __int128 a[2]={1}; a[1]=g; add(a+1,1L<<62); return (long)g*1000 + (long)(u.v>>60) + (long)(f(u,3)>>64)*7 + (long)a[0]+(long)(a[1]>>50)+sizeof u; }
