/* SPDX-License-Identifier: MIT */
/*
 * Migration of isolated pages, as far as balloon pages take part in it.
 */
#ifndef BALLOON_LINUX_MIGRATE_H
#define BALLOON_LINUX_MIGRATE_H

#include_next <linux/migrate.h>
#include <linux/list.h>

int unmap_and_move(struct page *page, enum migrate_mode mode);
int migrate_pages(struct list_head *from, enum migrate_mode mode);
void putback_movable_page(struct page *page);
void putback_movable_pages(struct list_head *isolated);

#endif
