/* Locks by one thread: what trying gives while it is free, held, and given back. */
#include <linux/completion.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>

static DEFINE_SPINLOCK(spin);
static DEFINE_RAW_SPINLOCK(raw);
static DEFINE_MUTEX(mutex);
static DEFINE_RWLOCK(rw);
static DECLARE_RWSEM(sem);
static DEFINE_SEQLOCK(seq);
static DEFINE_SEMAPHORE(count, 2);
static DECLARE_COMPLETION(done);
static struct { spinlock_t lock; struct mutex mutex; } made;

int main(void)
{
	unsigned long flags;
	unsigned int start;
	atomic_t v = ATOMIC_INIT(2);

	BUG_ON(spin_is_locked(&spin));
	spin_lock_irqsave(&spin, flags);
	BUG_ON(!spin_is_locked(&spin) || spin_trylock(&spin));
	assert_spin_locked(&spin);
	lockdep_assert_held(&spin);
	spin_unlock_irqrestore(&spin, flags);
	BUG_ON(!spin_trylock_irq(&spin));
	spin_unlock_irq(&spin);
	raw_spin_lock_bh(&raw);
	raw_spin_unlock_bh(&raw);
	spin_lock_init(&made.lock);
	mutex_init(&made.mutex);
	BUG_ON(mutex_lock_interruptible(&made.mutex));
	BUG_ON(!mutex_is_locked(&made.mutex) || mutex_trylock(&made.mutex));
	mutex_unlock(&made.mutex);
	BUG_ON(!mutex_trylock(&mutex));
	mutex_unlock(&mutex);

	read_lock(&rw);
	BUG_ON(!read_trylock(&rw) || write_trylock(&rw));
	read_unlock(&rw);
	read_unlock(&rw);
	BUG_ON(!write_trylock(&rw) || read_trylock(&rw));
	write_unlock(&rw);

	down_write(&sem);
	BUG_ON(down_read_trylock(&sem));
	downgrade_write(&sem);
	BUG_ON(!down_read_trylock(&sem) || down_write_trylock(&sem));
	up_read(&sem);
	up_read(&sem);
	BUG_ON(rwsem_is_locked(&sem));

	start = read_seqbegin(&seq);
	BUG_ON(read_seqretry(&seq, start));
	write_seqlock(&seq);
	write_sequnlock(&seq);
	BUG_ON(!read_seqretry(&seq, start));

	down(&count);
	BUG_ON(down_interruptible(&count) || !down_trylock(&count));
	up(&count);
	BUG_ON(down_trylock(&count));

	BUG_ON(try_wait_for_completion(&done) || completion_done(&done));
	complete(&done);
	complete(&done);
	wait_for_completion(&done);
	BUG_ON(!try_wait_for_completion(&done) || completion_done(&done));
	complete_all(&done);
	wait_for_completion(&done);
	BUG_ON(!completion_done(&done));

	BUG_ON(atomic_dec_and_lock(&v, &spin));
	BUG_ON(!atomic_dec_and_lock(&v, &spin));
	spin_unlock(&spin);
	return 0;
}
