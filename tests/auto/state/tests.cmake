# SPDX-License-Identifier: MIT
interlink_add_test(published)
interlink_add_test(progress)
interlink_add_test(servicetablemodel)
