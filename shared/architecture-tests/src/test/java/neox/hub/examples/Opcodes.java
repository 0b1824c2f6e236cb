package neox.hub.examples;

/// Has the name of what only `neox.weights.pickle` may know.
public class Opcodes {}
