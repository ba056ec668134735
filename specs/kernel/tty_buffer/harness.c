/* SPDX-License-Identifier: MIT */
/*
 * A driver that receives characters, and the work that hands them to the line discipline: it may run at any time, and runs
 * once more when all is quiet.
 */
#include <linux/tty.h>
#include <linux/tty_flip.h>
#include <linux/version.h>
#include <mc/check.h>
#include "drivers/tty/tty.h"

static struct tty_port port;
static struct tty_struct tty;
static char next_one = 'a';

bool queue_work_on(int cpu, struct workqueue_struct *queue, struct work_struct *work)
{
	return true;
}

/* Of 'a', 'b', 'c' none is missing and none comes twice; 'c' alone was received with an error. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
static size_t received(struct tty_port *port, const u8 *chars, const u8 *flags, size_t count)
#else
static int received(struct tty_port *port, const unsigned char *chars, const unsigned char *flags, size_t count)
#endif
{
	size_t i;

	for (i = 0; i < count; i++) {
		MC_ASSERT("assertion", chars[i] == next_one, "characters come whole and in order");
		MC_ASSERT("assertion", (flags ? flags[i] : TTY_NORMAL) == (chars[i] == 'c' ? TTY_PARITY : TTY_NORMAL),
			  "a character comes with its flag");
		next_one++;
	}
	return count;
}

static const struct tty_port_client_operations client = { .receive_buf = received };

/* Of what several write, the order is not known. */
static unsigned int came;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
static size_t counted(struct tty_port *port, const u8 *chars, const u8 *flags, size_t count)
#else
static int counted(struct tty_port *port, const unsigned char *chars, const unsigned char *flags, size_t count)
#endif
{
	MC_ASSERT("assertion", count <= 2 - came, "no more comes than was written");
	came += count;
	return count;
}

static const struct tty_port_client_operations counter = { .receive_buf = counted };

static void work(void)
{
	port.buf.work.func(&port.buf.work);
}

/* One character has come already: its buffer is there, with room. */
static void open(void)
{
	tty_buffer_init(&port);
	port.client_ops = &client;
	tty.port = &port;
	tty_insert_flip_char(&port, 'a', TTY_NORMAL);
	tty_flip_buffer_push(&port);
	work();
}

static void one_pushed(void)
{
	tty_insert_flip_char(&port, 'b', TTY_NORMAL);
	tty_flip_buffer_push(&port);
}

/* An error makes the driver go on to another buffer, one with flags; only then it pushes. */
static void two_pushed(void)
{
	tty_insert_flip_char(&port, 'b', TTY_NORMAL);
	tty_insert_flip_char(&port, 'c', TTY_PARITY);
	tty_flip_buffer_push(&port);
}

/* The same in parts: what is there already, what comes, and the push. */
static void open_with_one(void)
{
	open();
	tty_insert_flip_char(&port, 'b', TTY_NORMAL);
}

static void another(void)
{
	tty_insert_flip_char(&port, 'c', TTY_PARITY);
}

static void flush(void)
{
	tty_buffer_flush(&tty, NULL);
}

static void close(void)
{
	MC_ASSERT("assertion", port.buf.head == port.buf.tail, "one buffer is left");
	MC_ASSERT("assertion", port.buf.head->read == port.buf.head->used, "nothing is left to be read");
	tty_buffer_free_all(&port);
}

static void one_came(void)
{
	work();
	MC_ASSERT("assertion", next_one == 'c', "all that was pushed has come");
	close();
}

static void two_came(void)
{
	work();
	MC_ASSERT("assertion", next_one == 'd', "all that was pushed has come");
	close();
}

static void pushed_at_last(void)
{
	tty_flip_buffer_push(&port);
	two_came();
}

static void open_with_two(void)
{
	open();
	two_pushed();
}

static void flushed(void)
{
	close();
}

/* A pseudo terminal, whose port several write to. */
static void open_for_writers(void)
{
	open();
	spin_lock_init(&port.lock);
	port.client_ops = &counter;
}

static void write(void)
{
	static const unsigned char text[] = "w";

	tty_insert_flip_string_and_push_buffer(&port, text, 1);
}

static void both_came(void)
{
	work();
	MC_ASSERT("assertion", came == 2, "all that was written has come");
	close();
}

static void freed(void)
{
	tty_buffer_free_all(&port);
}
