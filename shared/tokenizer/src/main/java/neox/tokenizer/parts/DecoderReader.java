package neox.tokenizer.parts;

/// Reads the decoder of a `tokenizer.json`.
public final class DecoderReader {
  private static final String SUPPORTED =
      "ByteLevel, ByteFallback, Metaspace, WordPiece, BPEDecoder, CTC, Fuse, Strip, Replace,"
          + " Sequence";

  private static final int MAX_STRIPPED = 1_000_000;

  public static Decoder read(Part part) {
    Decoder decoder =
        switch (part.string("type")) {
          case "ByteLevel" -> {
            part.ignoring("add_prefix_space", "trim_offsets", "use_regex");
            yield new Decoder.ByteLevel();
          }
          case "ByteFallback" -> new Decoder.ByteFallback();
          case "Metaspace" -> {
            part.ignoring("str_rep", "split");
            yield new Decoder.Metaspace(
                part.character("replacement"), PreTokenizerReader.prefix(part));
          }
          case "WordPiece" -> new Decoder.WordPiece(part.string("prefix"), part.flag("cleanup"));
          case "BPEDecoder" -> new Decoder.Bpe(part.string("suffix"), part.where());
          case "CTC" ->
              new Decoder.Ctc(
                  part.string("pad_token"),
                  part.string("word_delimiter_token"),
                  part.flag("cleanup"),
                  part.where());
          case "Fuse" -> new Decoder.Fuse();
          case "Strip" -> strip(part);
          case "Replace" -> new Decoder.Replace(NormalizerReader.replace(part));
          case "Sequence" ->
              new Decoder.Sequence(
                  part.parts("decoders").stream().map(DecoderReader::read).toList());
          default -> throw part.unknownType(SUPPORTED);
        };
    part.done();
    return decoder;
  }

  private static Decoder strip(Part part) {
    if (part.integer("stop", 0, MAX_STRIPPED) > 0) {
      throw part.refusal(
          "a \"stop\" above 0 is not supported: HuggingFace tokenizers fail with it at short tokens");
    }
    return new Decoder.Strip(part.character("content"), part.integer("start", 0, MAX_STRIPPED));
  }

  private DecoderReader() {}
}
