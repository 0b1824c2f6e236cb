package neox.converthf.inspect;

/// Says what is in a checkpoint, tensor by tensor.
sealed interface Inspection permits TableInspection, JsonInspection {
  void begin(OpenedCheckpoint checkpoint);

  void add(Inspected tensor);

  void end(Total total);
}
