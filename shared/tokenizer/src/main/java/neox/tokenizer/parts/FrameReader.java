package neox.tokenizer.parts;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.tokenizer.parts.Frame.Padding;
import neox.tokenizer.parts.Frame.Truncation;

/// Reads the post-processor, truncation and padding of a `tokenizer.json`.
public final class FrameReader {
  private static final String SUPPORTED =
      "TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel, Sequence";

  /// More tokens than that would be added to every text.
  private static final int MAX_LENGTH = 1 << 20;

  private static final int MAX_ID = Integer.MAX_VALUE;

  private static final Map<String, Boolean> DIRECTIONS = Map.of("Left", true, "Right", false);

  /// What the parts make of a text, one after the other.
  ///
  /// @param single whether one of them is a template of its own, which must be alone
  private record Templates(List<Integer> template, boolean single) {
    boolean acts() {
      return single || !template.equals(Frame.BARE);
    }
  }

  /// What is put around texts.
  ///
  /// @param post the post-processor
  public static Frame read(Optional<Part> post, Optional<Part> truncation, Optional<Part> padding) {
    List<Integer> template = post.map(part -> template(part).template()).orElse(Frame.BARE);
    return new Frame(
        template,
        truncation.map(part -> truncation(part, Frame.added(template))),
        padding.map(FrameReader::padding));
  }

  private static Templates template(Part part) {
    Templates templates =
        switch (part.string("type")) {
          case "ByteLevel" -> {
            part.ignoring("add_prefix_space", "trim_offsets", "use_regex");
            yield new Templates(Frame.BARE, false);
          }
          case "BertProcessing" -> ends(part);
          case "RobertaProcessing" -> ends(part.ignoring("add_prefix_space", "trim_offsets"));
          case "TemplateProcessing" ->
              new Templates(single(part.ignoring("pair"), specialTokens(part)), true);
          case "Sequence" -> sequence(part);
          default -> throw part.unknownType(SUPPORTED);
        };
    part.done();
    return templates;
  }

  private static Templates sequence(Part part) {
    Templates all = new Templates(Frame.BARE, false);
    for (Part processor : part.parts("processors")) {
      Templates next = template(processor);
      boolean single = all.single() || next.single();
      if (single && all.acts() && next.acts()) {
        throw processor.refusal(
            "a TemplateProcessing beside another that adds tokens is not supported");
      }
      all = new Templates(inside(next.template(), all.template()), single);
    }
    return all;
  }

  /// A template whose text is another template.
  private static List<Integer> inside(List<Integer> outer, List<Integer> inner) {
    List<Integer> all = new ArrayList<>();
    for (int id : outer) {
      if (id == Frame.TEXT) {
        all.addAll(inner);
      } else {
        all.add(id);
      }
    }
    return all;
  }

  private static Templates ends(Part part) {
    return new Templates(List.of(end(part, "cls"), Frame.TEXT, end(part, "sep")), false);
  }

  /// `["[CLS]", 101]`.
  private static int end(Part part, String field) {
    List<JsonNode> pair = part.items(field, 2);
    if (pair.size() != 2
        || !pair.getFirst().isTextual()
        || !pair.getLast().isInt()
        || pair.getLast().intValue() < 0) {
      throw part.refusal("\"" + field + "\": expected a token and its id");
    }
    return pair.getLast().intValue();
  }

  private static Map<String, List<Integer>> specialTokens(Part part) {
    Map<String, List<Integer>> tokens = new HashMap<>();
    part.members("special_tokens")
        .forEach((name, token) -> {
          tokens.put(name, token.ignoring("id", "tokens").integers("ids", 0, MAX_ID));
          token.done();
        });
    return tokens;
  }

  private static List<Integer> single(Part part, Map<String, List<Integer>> special) {
    List<Integer> template = new ArrayList<>();
    for (Part piece : part.parts("single")) {
      if (piece.has("Sequence")) {
        Part sequence = piece.part("Sequence").ignoring("type_id");
        sequence.choice("id", Map.of("A", true));
        sequence.done();
        template.add(Frame.TEXT);
      } else {
        Part token = piece.part("SpecialToken").ignoring("type_id");
        String name = token.string("id");
        if (!special.containsKey(name)) {
          throw token.refusal("\"" + name + "\" is not one of the special_tokens");
        }
        template.addAll(special.get(name));
        token.done();
      }
      piece.done();
    }
    return template;
  }

  private static Truncation truncation(Part part, int added) {
    part.choice("strategy", Map.of("LongestFirst", true, "OnlyFirst", true));
    int length = part.integer("max_length", 0, Integer.MAX_VALUE);
    boolean fromStart = part.has("direction") && part.choice("direction", DIRECTIONS);
    int stride = part.integer("stride", 0, Integer.MAX_VALUE);
    part.done();
    if (length < added || (stride > 0 && stride >= length - added)) {
      throw part.refusal(
          "a max_length of "
              + length
              + " leaves no room for the post-processor's tokens and a stride of "
              + stride);
    }
    return new Truncation(length, fromStart);
  }

  private static Padding padding(Part part) {
    int length = 0;
    if (part.required("strategy").isObject()) {
      Part fixed = part.part("strategy");
      length = fixed.integer("Fixed", 0, MAX_LENGTH);
      fixed.done();
    } else {
      part.choice("strategy", Map.of("BatchLongest", true));
    }
    Padding padding =
        new Padding(
            length,
            Math.max(1, part.integer("pad_to_multiple_of", 0, MAX_LENGTH, 1)),
            part.integer("pad_id", 0, MAX_ID),
            part.choice("direction", DIRECTIONS));
    part.ignoring("pad_type_id", "pad_token").done();
    return padding;
  }

  private FrameReader() {}
}
