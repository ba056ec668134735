/* SPDX-License-Identifier: MIT */
#include <mc/check.h>
#include "../compaction/vmware.h"
#include "drivers.h"

void vmware_begins(void)
{
	vmware_filled();
}

void vmware_deflates(void)
{
	vmware_deflate();
}

void vmware_inflates(void)
{
	vmware_inflate();
}

void vmware_ends(void)
{
	vmware_emptied();
	mc_counter(balloon.b_dev_info.isolated_pages == 0);
}
