/* SPDX-License-Identifier: MIT */
/* Pages have no contents here: declared, so that a call is refused. */
#ifndef _LINUX_HIGHMEM_H
#define _LINUX_HIGHMEM_H

#include <linux/mm.h>

void *kmap(struct page *page);
void kunmap(struct page *page);
void *kmap_atomic(struct page *page);
void kunmap_atomic(void *address);
void *kmap_local_page(struct page *page);
void kunmap_local(const void *address);
void clear_highpage(struct page *page);
/* Migration copies contents, of which there are none, and then the state; the code under check does what matters of that. */
#define copy_highpage(to, from) (__mc_assumes("pages-without-contents"), (void)(to), (void)(from))

#endif
