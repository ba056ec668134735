/* SPDX-License-Identifier: MIT */
/* The two drivers, each with one page in its balloon. */
void virtio_begins(void);
void virtio_deflates(void);
void virtio_inflates(void);
void virtio_ends(void);

void vmware_begins(void);
void vmware_deflates(void);
void vmware_inflates(void);
void vmware_ends(void);
