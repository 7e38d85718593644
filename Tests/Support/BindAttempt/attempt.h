#pragma once

/* Ends the program with status 99 and prints the line that failed and the reason. */
_Noreturn void fail(const char *file, int line);

#define REQUIRE(condition) do { if (!(condition)) fail(__FILE__, __LINE__); } while (0)

/* A number that is not -1. */
unsigned number(const char *text);

/* Makes a socket, binds it and, if it can, listens. `words` are those of the command line, from the protocol on. */
int attempt(char **words, int count);

/* Changes to a user, in that user's group alone. Only root keeps capabilities. */
void become(unsigned uid);

/* Changes to a user in a new user namespace that shows the user under another number. */
void enter_user_namespace(unsigned uid, unsigned inner);
