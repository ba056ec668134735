/* SPDX-License-Identifier: MIT */
/* A queue of two: who writes puts 1, 2, 3 there where it is not full, who reads takes what there is. */
#include <linux/kfifo.h>
#include <mc/check.h>

static DEFINE_KFIFO(numbers, int, 2);
static int put, got;

static void put_one(void)
{
	if (kfifo_put(&numbers, put + 1))
		put++;
}

static void get_one(void)
{
	int number;

	if (kfifo_get(&numbers, &number)) {
		MC_ASSERT("assertion", number == got + 1, "what is put first is got first, and once");
		got = number;
	}
}

static void writer(void)
{
	put_one();
	put_one();
	put_one();
}

static void reader(void)
{
	get_one();
	get_one();
}

static void rest(void)
{
	get_one();
	get_one();
	MC_ASSERT("assertion", got == put, "nothing is lost");
	MC_ASSERT("assertion", kfifo_is_empty(&numbers), "nothing is left");
}

/* The same with the functions of lib/kfifo.c, which copy several at a time. */
static DEFINE_KFIFO(letters, char, 2);
static int sent, received;

static void send(char first, unsigned int count)
{
	char buffer[2] = { first, first + 1 };

	sent += kfifo_in(&letters, buffer, count);
}

static void receive(void)
{
	char buffer[2];
	unsigned int count = kfifo_out(&letters, buffer, 2);

	if (count > 0)
		MC_ASSERT("assertion", buffer[0] == received + 1, "what is put first is got first, and once");
	if (count > 1)
		MC_ASSERT("assertion", buffer[1] == received + 2, "what is put behind it is got behind it");
	received += count;
}

static void sender(void)
{
	send(1, 2);
	send(sent + 1, 1);
}

static void receiver(void)
{
	receive();
}

static void all_received(void)
{
	receive();
	receive();
	MC_ASSERT("assertion", received == sent, "nothing is lost");
}
