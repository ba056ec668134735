/* SPDX-License-Identifier: MIT */
/* For assembly, which there is none of. */
