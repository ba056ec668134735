/* SPDX-License-Identifier: MIT */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/gfp.h>
#include <linux/slab.h>
#include <linux/pagemap.h>
#include <linux/page-flags.h>
#include <mc/check.h>
static struct page *shared;
static void ok(void) { struct page *p = alloc_page(GFP_KERNEL); __free_page(p); }
static void forget(void) { (void)alloc_page(GFP_KERNEL); }
static void twice(void) { struct page *p = alloc_page(GFP_KERNEL); __free_page(p); __free_page(p); }
static void puts(void) { struct page *p = alloc_page(GFP_KERNEL); get_page(p); put_page(p); put_page(p); }
static void put_twice(void) { struct page *p = alloc_page(GFP_KERNEL); put_page(p); put_page(p); }
static void get_leak(void) { struct page *p = alloc_page(GFP_KERNEL); get_page(p); put_page(p); }
static void get_free(void) { struct page *p = alloc_page(GFP_KERNEL); __free_page(p); get_page(p); }
static void three(void) { struct page *a = alloc_page(GFP_KERNEL), *b = alloc_page(GFP_KERNEL), *c = alloc_page(GFP_KERNEL); MC_ASSERT("assertion", a && b && !c, "two"); __free_page(a); __free_page(b); }
static void kf(void) { struct page *p = alloc_page(GFP_KERNEL); kfree(p); }
static void mapped(void) { static struct address_space m; struct page *p = alloc_page(GFP_KERNEL); p->mapping = &m; __free_page(p); }
static void locked(void) { struct page *p = alloc_page(GFP_KERNEL); lock_page(p); __free_page(p); }
static void order(void) { struct page *p = alloc_page(GFP_KERNEL); __free_pages(p, 1); }
static void make(void) { shared = alloc_page(GFP_KERNEL); }
static int x;
static void lock_adds(void) { lock_page(shared); x++; unlock_page(shared); }
static void try_adds(void) { while (!trylock_page(shared)) cpu_relax(); x++; unlock_page(shared); }
static void end(void) { MC_ASSERT("assertion", x == 2, "two"); put_page(shared); }
static void bare(void) { x++; }
static void unlock_twice(void) { lock_page(shared); unlock_page(shared); unlock_page(shared); }
static void drops(void) { put_page(shared); }
static void gets_unless(void) { if (get_page_unless_zero(shared)) put_page(shared); }
static void gets(void) { get_page(shared); put_page(shared); }
