// SPDX-License-Identifier: MIT
#ifndef FILELIMIT_H
#define FILELIMIT_H

// So many files, and with them connections, may be open as the system allows.
void raiseFileLimit();

#endif
