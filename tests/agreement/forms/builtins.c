//// object-size = 3
static char buf[10];
static unsigned long f(char *p){ return __builtin_object_size(p,1); }
long test(void){ unsigned long s=f(buf); char *p=buf; if (s != -1UL && s != 10) return 1; if (__builtin_dynamic_object_size(p,0) < 10) return 2; return 3; }

//// object-size-side = 0
long test(void){ int i=0; char b[4]; unsigned long x = __builtin_object_size(b + i++, 3); return i; }

//// overflow = 224287
long test(void){ int r; unsigned char c; unsigned long u; long l; int s=0; s+=__builtin_add_overflow(2147483647,1,&r); s=s*2+(r<0); s=s*2+__builtin_mul_overflow(16,16,&c); s=s*10+c; s=s*2+__builtin_sub_overflow(1u,2u,&l); s=s*10+(l==-1); s=s*2+__builtin_sub_overflow(1,2,&u); s=s*2+__builtin_umul_overflow(65536u,65536u,&(unsigned){0}); s= s*2+__builtin_saddl_overflow(1,2,&l); s=s*10+l; s=s*2+__builtin_uaddll_overflow(-1ull,1,&(unsigned long long){0}); return s; }

//// ffs = 2798
long test(void){ unsigned x=0x50; long y=1L<<40; return __builtin_ffs(x)+__builtin_ffsl(y)*3+__builtin_ffsll(0)*5+__builtin_clz(x)*7+__builtin_clzl(y)*11+__builtin_ctz(x)*13+__builtin_ctzll(y)*17+__builtin_popcount(x)*19+__builtin_popcountll(-1ll)*23; }

//// parity-bswap = -7631586806935646951
long test(void){ volatile unsigned x=0x12345678; volatile unsigned long l=0x123456789abcdef0; volatile unsigned short s=0x1234; return (long)(__builtin_bswap16(s)*3+__builtin_bswap32(x)*5ul+__builtin_bswap64(l)*7)+__builtin_parity(x)*11+__builtin_parityl(l)*13+__builtin_parityll(l)*17; }

//// bitreverse-clrsb = 5628
long test(void){ volatile int x=-5; volatile long l=100; return __builtin_clrsb(x)+__builtin_clrsbl(l)*100; }

//// expect = 13
long test(void){ int x=3; if (__builtin_expect(!!(x==3),1)) x+=10; if (__builtin_expect_with_probability(x>100,0,0.9)) x=0; return x; }

//// assume-aligned = 8
long test(void){ static int a[4] __attribute__((aligned(64))) = {4}; int *p = __builtin_assume_aligned(a, 64); return *p + *(int*)__builtin_assume_aligned(a,16,0); }

//// unreachable-not-reached = 23
static int f(int x){ switch(x){case 1: return 2; case 2: return 3;} __builtin_unreachable(); }
long test(void){ return f(1)*10+f(2); }

//// prefetch = 1
long test(void){ int x=1; __builtin_prefetch(&x); __builtin_prefetch(&x,1); __builtin_prefetch(&x,0,3); return x; }
