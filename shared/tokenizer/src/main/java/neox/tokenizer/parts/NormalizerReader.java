package neox.tokenizer.parts;

import java.util.ArrayList;
import java.util.List;
import neox.tokenizer.text.CharacterSets;
import neox.tokenizer.text.UnicodeForm;

/// Reads the normalizer of a `tokenizer.json`.
public final class NormalizerReader {
  private static final String SUPPORTED =
      "NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents, Replace, Prepend, BertNormalizer, Nmt,"
          + " ByteLevel, Precompiled, Sequence";

  public static Normalizer read(Part part) {
    String where = part.where();
    Normalizer normalizer =
        switch (part.string("type")) {
          case "NFC" -> new Normalizer.Form(UnicodeForm.NFC, where);
          case "NFD" -> new Normalizer.Form(UnicodeForm.NFD, where);
          case "NFKC" -> new Normalizer.Form(UnicodeForm.NFKC, where);
          case "NFKD" -> new Normalizer.Form(UnicodeForm.NFKD, where);
          case "Lowercase" -> new Normalizer.Lowercase(where);
          case "Strip" ->
              new Normalizer.Strip(part.flag("strip_left"), part.flag("strip_right"), where);
          case "StripAccents" -> new Normalizer.Remove(CharacterSets.MARK, where);
          case "Replace" -> replace(part);
          case "Prepend" -> new Normalizer.Prepend(part.string("prepend"), where);
          case "BertNormalizer" -> bert(part);
          case "Nmt" -> new Normalizer.Nmt(where);
          case "ByteLevel" -> new Normalizer.ByteLevel(where);
          case "Precompiled" ->
              new Normalizer.Precompiled(
                  Charsmap.ofBase64(part.string("precompiled_charsmap"), where), where);
          case "Sequence" ->
              new Normalizer.Sequence(
                  part.parts("normalizers").stream().map(NormalizerReader::read).toList());
          default -> throw part.unknownType(SUPPORTED);
        };
    part.done();
    return normalizer;
  }

  static Normalizer.Replace replace(Part part) {
    TextPattern pattern = TextPattern.of(part.part("pattern"));
    return new Normalizer.Replace(pattern, part.string("content"), part.where());
  }

  private static Normalizer bert(Part part) {
    String where = part.where();
    List<Normalizer> steps = new ArrayList<>();
    if (part.flag("clean_text")) {
      steps.add(new Normalizer.Clean(where));
    }
    if (part.flag("handle_chinese_chars")) {
      steps.add(new Normalizer.SpaceOut(where));
    }
    boolean lowercase = part.flag("lowercase");
    if (part.flag("strip_accents", lowercase)) {
      steps.add(new Normalizer.Form(UnicodeForm.NFD, where));
      steps.add(new Normalizer.Remove(CharacterSets.NONSPACING_MARK, where));
    }
    if (lowercase) {
      steps.add(new Normalizer.Lowercase(where));
    }
    return new Normalizer.Sequence(steps);
  }

  private NormalizerReader() {}
}
