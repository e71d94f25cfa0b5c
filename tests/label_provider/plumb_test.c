/* A provider of security labels for the tests. PostgreSQL's headers are not needed: what a module has to
 * show of itself is the same for a whole major (fmgr.h, PG_MODULE_MAGIC), and MAJOR says which. */
struct magic {
    int len, version, funcmaxargs, indexmaxkeys, namedatalen, float8byval;
    char abi_extra[32];
};

const struct magic *Pg_magic_func(void)
{
    static const struct magic here = {sizeof(struct magic), 100 * MAJOR, 100, 32, 64, 1, "PostgreSQL"};
    return &here;
}

extern void register_label_provider(const char *name, void (*check)(const void *object, const char *label));

static void any_label(const void *object, const char *label)
{
    (void) object;
    (void) label;
}

void _PG_init(void)
{
    register_label_provider("plumb_test", any_label);
}
