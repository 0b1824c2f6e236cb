package neox.hub.examples;

/// Has a name that says nothing, and inherits.
class Utils extends BreaksTheRules {}
