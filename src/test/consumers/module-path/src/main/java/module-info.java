/** Needs to name one module. */
module consumer {
    requires io.github.logitops;
}
