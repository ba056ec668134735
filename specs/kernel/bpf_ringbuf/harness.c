/* SPDX-License-Identifier: MIT */
/* A ring of 64 bytes with records of eight, and a consumer as a user's program is: it acquires what it reads. */
#include "kernel/bpf/ringbuf.c"
#include <mc/check.h>

#define SIZE 64

static struct bpf_ringbuf ring = {
	.spinlock = __RAW_SPIN_LOCK_UNLOCKED(ring.spinlock),
	.mask = SIZE - 1,
	.data = { [0 ... SIZE - 1] = 0 },
};
static int produced[2], consumed[2];

static void produce(int number)
{
	u64 *sample = __bpf_ringbuf_reserve(&ring, sizeof(*sample));

	if (!sample)
		return;
	*sample = 100 + number;
	bpf_ringbuf_commit(sample, 0, false);
	produced[number] = 1;
}

static void produce_first(void)
{
	produce(0);
}

static void produce_second(void)
{
	produce(1);
}

/* Nobody is to see it. */
static void discard(void)
{
	u64 *sample = __bpf_ringbuf_reserve(&ring, sizeof(*sample));

	if (!sample)
		return;
	*sample = 1;
	bpf_ringbuf_commit(sample, 0, true);
}

static void consume_one(void)
{
	unsigned long position = ring.consumer_pos;
	struct bpf_ringbuf_hdr *header;
	unsigned int length;

	if (position == smp_load_acquire(&ring.producer_pos))
		return;
	header = (void *)ring.data + (position & ring.mask);
	length = smp_load_acquire(&header->len);
	if (length & BPF_RINGBUF_BUSY_BIT)
		return;
	if (!(length & BPF_RINGBUF_DISCARD_BIT)) {
		u64 sample = *(u64 *)(header + 1);

		MC_ASSERT("assertion", length == sizeof(sample), "a record has its length");
		MC_ASSERT("assertion", sample == 100 || sample == 101, "a record is whole when it is found");
		consumed[sample - 100]++;
	}
	smp_store_release(&ring.consumer_pos, position + 16);
}

static void consume(void)
{
	consume_one();
}

static void rest(void)
{
	consume_one();
	consume_one();
	MC_ASSERT("assertion", consumed[0] == produced[0] && consumed[1] == produced[1], "each record is found, and once");
}
