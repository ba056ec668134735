/* SPDX-License-Identifier: MIT */
/*
 * The primitives that modelcheck's C front end knows by name. Every model header is written with
 * these; programs under check use the kernel's, pthread's or C11's names instead.
 *
 * Tags are string literals with the tags of LKMM separated by commas; "" is a plain access.
 * A size is sizeof the scalar (1, 2, 4 or 8). Values travel as unsigned long and are cut to size;
 * results come back zero-extended: cast them to the C type.
 * An access through a volatile lvalue is tagged ONCE without any of these. "Srcu-lock,Own" begins a section that its own
 * thread ends, by "Srcu-unlock,Own"; one without "Own" may end elsewhere.
 */
#ifndef MC_INTRINSICS_H
#define MC_INTRINSICS_H

unsigned long __mc_load(const volatile void *p, unsigned long size, const char *tags);
void __mc_store(volatile void *p, unsigned long size, unsigned long value, const char *tags);

/* A warning where another thread writes (tag "Watch-writes"), or accesses in any way ("Watch-all"), what is there meanwhile. */
void __mc_watch(const volatile void *p, unsigned long size, const char *tag);

/* Only finds out whether what is at p is still there (4 bytes): use-after-free or use-after-scope where it is not. */
void __mc_still_there(const volatile void *p);

/*
 * Read-modify-write; gives the old value. op: "add" "sub" "and" "or" "xor" "andnot" "xchg".
 * _if and _await write only when the old value stands in relation rel to bound:
 * "eq" "ne", signed "lt" "le" "gt" "ge", "clear" ((old & bound) == 0), "set" ((old & bound) == bound), "any".
 * 8 bytes may be a line of up to eight that are not 0, the first lowest: op "append" (unless it is in it), "remove", "pop"
 * (so many), rel "without".
 * When it does not, _if is a lone read tagged failed_tags, and _await waits until it does.
 */
unsigned long __mc_rmw(volatile void *p, unsigned long size, const char *op, unsigned long operand,
		       const char *read_tags, const char *write_tags);
unsigned long __mc_rmw_if(volatile void *p, unsigned long size, const char *op, unsigned long operand,
			  const char *rel, unsigned long bound,
			  const char *read_tags, const char *write_tags, const char *failed_tags);
unsigned long __mc_rmw_await(volatile void *p, unsigned long size, const char *op, unsigned long operand,
			     const char *rel, unsigned long bound,
			     const char *read_tags, const char *write_tags);
/* Compare and exchange is __mc_rmw_if(p, size, "xchg", new, "eq", old, ...). */

/*
 * 16 bytes at once: what is there goes to, and what is to be there comes from, an object of the caller's own. __mc_try_pair
 * says whether *p was *expected, and so has become *from; otherwise it is in *expected now.
 */
void __mc_load_pair(const volatile void *p, void *to, const char *tags);
void __mc_store_pair(volatile void *p, const void *from, const char *tags);
void __mc_swap_pair(volatile void *p, void *to, const void *from, const char *read_tags, const char *write_tags);
int __mc_try_pair(volatile void *p, void *expected, const void *from,
		  const char *read_tags, const char *write_tags, const char *failed_tags);

/* Read until the value stands in relation rel to bound; gives that value. */
unsigned long __mc_await(const volatile void *p, unsigned long size, const char *rel, unsigned long bound,
			 const char *tags);

void __mc_fence(const char *kind);
void __mc_fence_at(const char *kind, const volatile void *p);

/*
 * Locks. use: "take KIND" or "give KIND", as a writer, or with " as a reader" behind; "downgrade KIND" makes a writer a
 * reader. KIND: "spinlock", "mutex", "rwlock", "rwsem", "POSIX lock". A thread that gives back what it does not hold so,
 * ends with a lock, or frees one that it holds, is a finding (lock-misuse). A reader of a rwlock or rwsem waits behind a
 * writer who waits. __mc_take is __mc_rmw_await, __mc_try is __mc_rmw_if, __mc_give is __mc_rmw, and
 * __mc_unlock is __mc_store.
 */
unsigned long __mc_take(volatile void *p, unsigned long size, const char *op, unsigned long operand,
			const char *rel, unsigned long bound, const char *read_tags, const char *write_tags, const char *use);
unsigned long __mc_try(volatile void *p, unsigned long size, const char *op, unsigned long operand,
		       const char *rel, unsigned long bound,
		       const char *read_tags, const char *write_tags, const char *failed_tags, const char *use);
unsigned long __mc_give(volatile void *p, unsigned long size, const char *op, unsigned long operand,
			const char *read_tags, const char *write_tags, const char *use);
void __mc_unlock(volatile void *p, unsigned long size, unsigned long value, const char *tags, const char *use);
/*
 * use: "initialise KIND" writes 0, "destroy KIND" makes p hold what nobody has written; a finding (lock-misuse) where the
 * lock is held, i.e. where p holds something else; also of a "work item" queued and a "condition variable" waited for.
 */
void __mc_reset(volatile void *p, unsigned long size, const char *use);
/* Enter ("take KIND") or leave ("give KIND") a region that grace periods of RCU wait for. */
void __mc_section(const char *use);

/*
 * zeroed, may_fail: constants; one more says above how many bytes it gives NULL, else those of PTRDIFF_MAX, and another, a
 * literal, what allocates: "kmalloc". A free that names what it frees memory of, with commas between, frees no other (bad-free).
 */
void *__mc_alloc(unsigned long size, int zeroed, int may_fail, ...);
unsigned long __mc_size(const volatile void *p); /* of the heap object that begins at p, freed or not; bad-free where none does */
void __mc_free(const volatile void *p, ...);
/* The same of a cache, known by its address: what is of another, or of none, is not freed into it (bad-free). */
void *__mc_alloc_of(unsigned long size, int zeroed, int may_fail, const void *cache);
void __mc_free_into(const volatile void *p, const void *cache);

/* property: one of modelcheck's property names; both strings are literals. The thread stops where it fails; under lkmm,
 * "assertion" alone is a branch that orders what is behind: others only observe, and what is behind may be why they fail. */
void __mc_assert(_Bool condition, const char *property, const char *message);
/* Where it does not hold, the thread ends here: neither completed nor waiting. What was done so far stays. */
void __mc_assume(_Bool condition);
/* The same of what __mc_choose() gave, with nothing done since that others could notice: another choice then holds. */
void __mc_guess(_Bool condition);
unsigned long __mc_choose(unsigned long count); /* any of 0 .. count-1; count is a constant */
int __mc_within(unsigned long line, unsigned long one); /* whether one stands in the line */
int __mc_calls(const char *function);           /* 1 if the program's own files have a call of it: a constant */
int __mc_mentions(const char *word);             /* 1 if the text of a file of the program's own has it: a constant */
unsigned long __mc_self(void);                  /* number of this thread; 0 is the first */
void __mc_assumes(const char *id);              /* nothing: says which simplification of modelcheck/program/assumptions.py is made */
void __mc_relax(void);                          /* nothing: the body of a waiting loop */
void __mc_halt(void) __attribute__((noreturn)); /* this thread ends here, and does not count as completed */
void __mc_exit(unsigned long value) __attribute__((noreturn)); /* this thread is completed here; a join gives value */

unsigned long __mc_spawn(void *(*function)(void *), void *argument); /* gives the thread's number */
unsigned long __mc_join(unsigned long thread);                       /* gives what it returned */
/* The same, and undefined (a finding) of a thread that was joined so or detached before; detaching waits for nothing. */
unsigned long __mc_join_once(unsigned long thread);
void __mc_detach(unsigned long thread);

/*
 * A member __mc_ends_X that begins its structure: of each local that has such a one, however deep, it is NULL from the start, and
 * where the scope of the local is left, the function __mc_ends_X() is called with the member's address.
 */

/*
 * Marks an array whose elements are each an object of its own for the leak check, and lead nowhere unless something leads to
 * them. Use at file scope with MC_UNITS.
 */
#define MC_UNITS __attribute__((annotate("mc_units")))

/* Something is printed: strings are read as the format, if it is written there, says. Gives any int. */
int __mc_printed(const char *format, ...);

#endif
