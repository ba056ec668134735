/* Memory management as in 2012: page flags, page lock, address spaces, isolation, migration's callbacks. */
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/swap.h>
#include <linux/migrate.h>
#include <linux/compaction.h>
#include <linux/mm_inline.h>
#include <linux/pagemap.h>
#include <linux/backing-dev.h>
#include <linux/virtio.h>
#include <linux/virtio_balloon.h>
#include <linux/kthread.h>
#include <linux/freezer.h>
#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/export.h>
#include <linux/gfp.h>

struct balloon {
	struct virtio_device *vdev;
	struct virtqueue *inflate_vq, *deflate_vq;
	wait_queue_head_t config_change, acked;
	struct task_struct *thread;
	struct mutex lock;
	spinlock_t pages_lock;
	struct list_head pages;
	unsigned int num_pages, num_isolated;
	u32 pfns[4];
	struct address_space *mapping;
};

static const struct address_space_operations balloon_aops;
static struct virtio_device_id id_table[] = {
	{ VIRTIO_ID_BALLOON, VIRTIO_DEV_ANY_ID },
	{ 0 },
};

static void balloon_ack(struct virtqueue *vq)
{
	struct balloon *vb = vq->vdev->priv;

	wake_up(&vb->acked);
}

static void tell_host(struct balloon *vb, struct virtqueue *vq)
{
	struct scatterlist sg;
	unsigned int len;

	sg_init_one(&sg, vb->pfns, sizeof(vb->pfns[0]) * vb->num_pages);
	if (virtqueue_add_buf(vq, &sg, 1, 0, vb, GFP_KERNEL) < 0)
		BUG();
	virtqueue_kick(vq);
	wait_event(vb->acked, virtqueue_get_buf(vq, &len));
}

static void fill(struct balloon *vb, size_t num)
{
	num = min(num, ARRAY_SIZE(vb->pfns));
	mutex_lock(&vb->lock);
	for (vb->num_pages = 0; vb->num_pages < num; vb->num_pages++) {
		struct page *page = alloc_page(GFP_HIGHUSER_MOVABLE | __GFP_NORETRY | __GFP_NOMEMALLOC | __GFP_NOWARN);

		if (!page) {
			if (printk_ratelimit())
				dev_printk(KERN_INFO, &vb->vdev->dev, "Out of puff! Can't get %zu pages\n", num);
			msleep(200);
			break;
		}
		vb->pfns[vb->num_pages] = page_to_pfn(page);
		BUG_ON(!trylock_page(page));
		spin_lock(&vb->pages_lock);
		list_add(&page->lru, &vb->pages);
		page->mapping = vb->mapping;
		spin_unlock(&vb->pages_lock);
		unlock_page(page);
		totalram_pages--;
	}
	tell_host(vb, vb->inflate_vq);
	mutex_unlock(&vb->lock);
}

static bool isolate(struct page *page)
{
	if (likely(get_page_unless_zero(page))) {
		if (likely(trylock_page(page))) {
			if (!PageSlab(page) && !PageSwapCache(page) && !PageAnon(page) && !page_mapped(page) &&
			    page_count(page) == 2) {
				page->mapping->a_ops->invalidatepage(page, 0);
				unlock_page(page);
				return true;
			}
			unlock_page(page);
		}
		put_page(page);
	}
	return false;
}

static unsigned long scan(struct zone *zone, unsigned long low_pfn, unsigned long end_pfn, struct list_head *list)
{
	unsigned long flags, nr = 0;

	spin_lock_irqsave(&zone->lru_lock, flags);
	for (; low_pfn < end_pfn; low_pfn++) {
		struct page *page;

		if (!pfn_valid_within(low_pfn))
			continue;
		page = pfn_to_page(low_pfn);
		if (PageLRU(page) || !isolate(page))
			continue;
		VM_BUG_ON(PageTransCompound(page));
		list_add(&page->lru, list);
		inc_zone_page_state(page, NR_ISOLATED_ANON + page_is_file_cache(page));
		nr++;
	}
	spin_unlock_irqrestore(&zone->lru_lock, flags);
	count_vm_events(COMPACTISOLATED, nr);
	cond_resched();
	return nr;
}

static int balloon_thread(void *data)
{
	struct balloon *vb = data;

	set_freezable();
	while (!kthread_should_stop()) {
		s64 diff = 0;

		try_to_freeze();
		wait_event_interruptible(vb->config_change,
					 (diff = vb->num_pages) != 0 || kthread_should_stop() || freezing(current));
		if (diff > 0)
			fill(vb, diff);
	}
	return 0;
}

static int __devinit probe(struct virtio_device *vdev)
{
	struct balloon *vb;
	int err;

	vdev->priv = vb = kmalloc(sizeof(*vb), GFP_KERNEL);
	if (!vb) {
		err = -ENOMEM;
		goto out;
	}
	INIT_LIST_HEAD(&vb->pages);
	mutex_init(&vb->lock);
	spin_lock_init(&vb->pages_lock);
	init_waitqueue_head(&vb->config_change);
	init_waitqueue_head(&vb->acked);
	vb->vdev = vdev;
	vb->mapping = kmalloc(sizeof(*vb->mapping), GFP_KERNEL);
	if (!vb->mapping) {
		err = -ENOMEM;
		goto out_free_vb;
	}
	address_space_init_once(vb->mapping);
	mapping_set_gfp_mask(vb->mapping, GFP_HIGHUSER_MOVABLE);
	vb->mapping->a_ops = &balloon_aops;
	vb->mapping->backing_dev_info = NULL;
	vb->thread = kthread_run(balloon_thread, vb, "vballoon");
	if (IS_ERR(vb->thread)) {
		err = PTR_ERR(vb->thread);
		goto out_free_mapping;
	}
	return 0;

out_free_mapping:
	kfree(vb->mapping);
out_free_vb:
	kfree(vb);
out:
	return err;
}

static void __devexit remove(struct virtio_device *vdev)
{
	struct balloon *vb = vdev->priv;

	kthread_stop(vb->thread);
	balloon_ack(vb->deflate_vq);
	scan(NULL, 0, 1, NULL);
	vdev->config->reset(vdev);
	vdev->config->del_vqs(vdev);
	kfree(vb);
}

static struct virtio_driver balloon_driver = {
	.driver.name = KBUILD_MODNAME,
	.driver.owner = THIS_MODULE,
	.id_table = id_table,
	.probe = probe,
	.remove = __devexit_p(remove),
};

static int __init init(void)
{
	return register_virtio_driver(&balloon_driver);
}

static void __exit fini(void)
{
	unregister_virtio_driver(&balloon_driver);
}

module_init(init);
module_exit(fini);
MODULE_DEVICE_TABLE(virtio, id_table);
MODULE_DESCRIPTION("a balloon");
MODULE_LICENSE("GPL");
