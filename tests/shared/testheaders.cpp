// SPDX-License-Identifier: MIT
// Compiled for its precompiled header alone.
int main()
{
    return 0;
}
