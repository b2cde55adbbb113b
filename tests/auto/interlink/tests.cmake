# SPDX-License-Identifier: MIT
# What the documentation of the Rust crate Interlink shows, retold.
interlink_add_test(services)
interlink_add_test(links)
interlink_add_test(responses)
interlink_add_test(contexttimers)
interlink_add_test(attached)
