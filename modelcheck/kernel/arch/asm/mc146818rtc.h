/* SPDX-License-Identifier: MIT */
#ifndef MC_ARCH_ASM_MC146818RTC_H
#define MC_ARCH_ASM_MC146818RTC_H

#include <asm/io.h>

#define RTC_PORT(x) (0x70 + (x))
#define RTC_ALWAYS_BCD 1
#define CMOS_READ(address) ({ outb((address), RTC_PORT(0)); inb(RTC_PORT(1)); })
#define CMOS_WRITE(value, address) ({ outb((address), RTC_PORT(0)); outb((value), RTC_PORT(1)); })

#endif
