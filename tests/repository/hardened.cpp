// A program in which each of the protections of a release build has something to do (hardening_test.py).
#include <cstdio>
#include <cstring>

int main(int count, char** words) {
    char copy[64];
    std::memcpy(copy, words[count - 1], std::strlen(words[count - 1]) + 1);
    return std::puts(copy) < 0;
}
