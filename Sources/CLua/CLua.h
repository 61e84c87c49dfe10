// The system's Lua 5.4, seen by the compiler as one module.
#ifndef CLUA_H
#define CLUA_H

#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>

#endif
