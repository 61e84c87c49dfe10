#define _GNU_SOURCE
#include "options.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: sipload ITEM [options]\n"
    "\n"
    "Loads a SIP server with one kind of work, plays both call ends, and prints the exact counts as JSON.\n"
    "\n"
    "items:\n"
    "  options    OPTIONS to the server itself, 200\n"
    "  redirect   INVITE, 302, ACK\n"
    "  register   REGISTER, 401, REGISTER with MD5 credentials (u000123, p000123), 200\n"
    "  stateless  INVITE 180 200 ACK BYE 200, addressed to the callee's address, no Record-Route needed\n"
    "  stateful   the same with 100 and the route set from Record-Route\n"
    "  located    the same to one of the registered users\n"
    "  fork       the same to a user with three contacts; one answers, two are cancelled\n"
    "\n"
    "options:\n"
    "  --server HOST:PORT   server under load, IPv4 (127.0.0.1:5060)\n"
    "  --transport T        udp or tcp (udp)\n"
    "  --rate N             units started per second\n"
    "  --window N           closed loop with N units outstanding (200; used without --rate)\n"
    "  --seconds S          how long units are started (10)\n"
    "  --count N            stop after N units\n"
    "  --users N            users u000000 to N-1 (20000)\n"
    "  --domain NAME        domain of the users (bench.test)\n"
    "  --address IP         address of both call ends (127.0.0.1)\n"
    "  --caller-port N      caller's port (15060)\n"
    "  --callee-port N      first of the callee's ports (25060)\n"
    "  --callee-ports N     how many of them take calls, up to 8 (1; over TCP 4; fork has 3)\n"
    "  --contacts N         contacts a REGISTER binds, one a callee port (1; fork 3)\n"
    "  --connections N      TCP connections of the caller (8)\n"
    "  --limit S            seconds until a unit counts as failed (10)\n"
    "  --tick US            microseconds between the batches of a fixed rate (1000)\n"
    "  --no-setup           do not register the users first (located, fork)\n"
    "  --sync               print \"ready\" and wait for a line on standard input before measuring\n"
    "  --help               this text\n"
    "\n"
    "The exit status is 0 when the run came to its end, whatever failed in it; see the counts.\n";

static void refuse(const char *what, const char *value) {
    fprintf(stderr, "sipload: %s: %s (see --help)\n", what, value);
    exit(2);
}

static double number(const char *name, const char *text, double least, double most) {
    char *end;
    double value = strtod(text, &end);
    if (*text == 0 || *end != 0 || value < least || value > most) refuse(name, text);
    return value;
}

static void set_server(struct options *options, const char *text) {
    char host[32];
    const char *colon = strrchr(text, ':');
    if (colon == NULL || (size_t)(colon - text) >= sizeof host - 6) refuse("not HOST:PORT", text);
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = 0;
    options->server.sin_family = AF_INET;
    options->server.sin_port = htons((uint16_t)number("port", colon + 1, 1, 65535));
    if (inet_pton(AF_INET, host, &options->server.sin_addr) != 1) refuse("not an IPv4 address", host);
    snprintf(options->server_text, sizeof options->server_text, "%s", text);
}

static void set_item(struct options *options, const char *name) {
    static const char *const names[] = {"options", "stateless", "stateful", "located", "register", "fork", "redirect"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i], name) != 0) continue;
        options->item = (enum item)i;
        options->item_name = names[i];
        return;
    }
    refuse("unknown item", name);
}

static const struct option names[] = {
    {"server", required_argument, NULL, 's'},      {"transport", required_argument, NULL, 't'},
    {"rate", required_argument, NULL, 'r'},        {"window", required_argument, NULL, 'w'},
    {"seconds", required_argument, NULL, 'd'},     {"count", required_argument, NULL, 'n'},
    {"users", required_argument, NULL, 'u'},       {"domain", required_argument, NULL, 'D'},
    {"address", required_argument, NULL, 'a'},     {"caller-port", required_argument, NULL, 'c'},
    {"callee-port", required_argument, NULL, 'e'}, {"callee-ports", required_argument, NULL, 'E'},
    {"contacts", required_argument, NULL, 'C'},    {"connections", required_argument, NULL, 'k'},
    {"limit", required_argument, NULL, 'l'},       {"tick", required_argument, NULL, 'T'},
    {"no-setup", no_argument, NULL, 'N'},          {"sync", no_argument, NULL, 'S'},
    {"help", no_argument, NULL, 'h'},              {0}};

static void set_option(struct options *options, int letter, const char *value) {
    switch (letter) {
    case 's': set_server(options, value); break;
    case 't':
        if (strcmp(value, "tcp") != 0 && strcmp(value, "udp") != 0) refuse("transport", value);
        options->is_stream = *value == 't';
        break;
    case 'r': options->rate = number("rate", value, 0, 1e6); break;
    case 'w': options->window = (int)number("window", value, 1, 50000); break;
    case 'd': options->seconds = number("seconds", value, 0.01, 1e6); break;
    case 'n': options->count = (uint64_t)number("count", value, 1, 1e12); break;
    case 'u': options->users = (uint32_t)number("users", value, 1, 1e6); break;
    case 'D': options->domain = value; break;
    case 'a': options->address = value; break;
    case 'c': options->caller_port = (int)number("caller-port", value, 1, 65535); break;
    case 'e': options->callee_port = (int)number("callee-port", value, 1, 65535 - PORT_LIMIT); break;
    case 'E': options->callee_ports = (int)number("callee-ports", value, 1, PORT_LIMIT); break;
    case 'C': options->contacts = (int)number("contacts", value, 1, PORT_LIMIT); break;
    case 'k': options->connections = (int)number("connections", value, 1, 256); break;
    case 'l': options->limit = number("limit", value, 0.1, 600); break;
    case 'T': options->tick = number("tick", value, 0, 1e6); break;
    case 'N': options->sets_up = false; break;
    case 'S': options->synchronises = true; break;
    case 'h': fputs(help, stdout); exit(0);
    default: exit(2);
    }
}

void options_parse(struct options *options, int count, char **arguments) {
    *options = (struct options){.window = 200, .seconds = 10, .users = 20000, .domain = "bench.test",
                                .address = "127.0.0.1", .caller_port = 15060, .callee_port = 25060,
                                .connections = 8, .limit = 10, .tick = 1000, .sets_up = true};
    set_server(options, "127.0.0.1:5060");
    int letter;
    while ((letter = getopt_long(count, arguments, "h", names, NULL)) != -1) set_option(options, letter, optarg);
    if (optind != count - 1) refuse("one item is wanted", optind < count ? arguments[optind] : "none given");
    set_item(options, arguments[optind]);
    if (options->item == ITEM_FORK) options->callee_ports = options->contacts = FORK_WIDTH;
    if (options->callee_ports == 0) options->callee_ports = options->is_stream ? 4 : 1;
    if (options->contacts == 0) options->contacts = 1;
    if (options->callee_ports < options->contacts) options->callee_ports = options->contacts;
}
