/* SPDX-License-Identifier: MIT */
#include <mc/check.h>
#include "../compaction/virtio.h"
#include "drivers.h"

void virtio_begins(void)
{
	virtio_made();
	fill_balloon(&vb, 1);
}

void virtio_deflates(void)
{
	leak_balloon(&vb, 1);
}

void virtio_inflates(void)
{
	fill_balloon(&vb, 1);
}

void virtio_ends(void)
{
	leak_balloon(&vb, 1);
	leak_balloon(&vb, 1);
	mc_counter(vb.num_pages == 0 && vb.vb_dev_info.isolated_pages == 0);
	mc_list(list_empty(&vb.vb_dev_info.pages));
}
