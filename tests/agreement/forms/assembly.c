//// asm-hide = 52
#define OPTIMIZER_HIDE_VAR(var) __asm__ ("" : "=r" (var) : "0" (var))
#define RELOC_HIDE(ptr, off) ({ unsigned long __ptr; __asm__ ("" : "=r"(__ptr) : "0"(ptr)); (typeof(ptr)) (__ptr + (off)); })
static int v[3]={1,2,3};
long test(void){ long nsec=5; asm("" : "+rm"(nsec)); asm volatile("" : "+r"(nsec) :: "memory"); OPTIMIZER_HIDE_VAR(nsec); int *p=RELOC_HIDE(&v[0],4); return nsec*10+*p; }

//// asm-inputs = 103
static int n; static int f(void){ n++; return n; }
static inline void barrier_data(void *p){ __asm__ __volatile__("": :"r"(p) :"memory"); }
long test(void){ struct {int a; char b;} s={1,2}; barrier_data(&s); asm volatile("" :: "r"(f()), "i"(3)); asm volatile("" : "+m"(s) : "m"(n)); asm("# nothing"); asm("nop"); asm volatile("rep; nop" ::: "memory"); return n*100+s.a+s.b; }

//// asm-narrow = 44
long test(void){ int c=300; unsigned char n=0; asm("" : "=q"(n) : "0"(c)); return n; }

//// asm-two = 21
long test(void){ long a=1,b=2; asm("" : "=r"(a), "=r"(b) : "0"(b), "1"(a)); return a*10+b; }

//// topasm = 6
asm(".pushsection .rodata\nfoo: .long 3\n.popsection");
asm(".section \"___ksymtab+test\", \"a\"\n.balign 4\n__ksymtab_test:\n.long test - .\n.previous");
long test(void){ return 6; }
