// A check that prints what failed and lets the test go on; `return checks_failed;` ends main.
#pragma once

#include <cstdio>

inline int checks_failed = 0;

#define CHECK(...)                                                                           \
    do {                                                                                     \
        if (!(__VA_ARGS__)) {                                                                \
            std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #__VA_ARGS__); \
            checks_failed = 1;                                                               \
        }                                                                                    \
    } while (false)
