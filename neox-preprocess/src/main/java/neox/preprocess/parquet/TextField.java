package neox.preprocess.parquet;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import neox.base.UserException;
import neox.preprocess.parquet.FileLayout.SchemaNode;

/// A column of strings, or of lists of strings, and how its levels are to be read.
///
/// @param leaf its number among the columns that hold values
/// @param maxDefinition level at which a value is there
/// @param definedAt level at which the row is not null
/// @param elementAt level at which a list has an element, null or not; 0 for plain strings
record TextField(int leaf, int maxDefinition, int definedAt, int elementAt) {
  private static final int BYTE_ARRAY = 6;
  private static final int REPEATED = 2;
  private static final List<String> TYPES =
      List.of("boolean", "int32", "int64", "int96", "float", "double", "binary", "fixed binary");
  private static final int MOST_NESTED = 100;
  private static final int UTF8 = 0;
  private static final int ENUM = 4;
  private static final int JSON = 19;
  private static final int LOGICAL_STRING = 1;
  private static final int LOGICAL_ENUM = 4;
  private static final int LOGICAL_JSON = 12;

  /// Whether a row holds a list.
  boolean isList() {
    return elementAt > 0;
  }

  /// A top-level column with everything under it.
  private record Tree(List<SchemaNode> nodes, int firstLeaf) {
    SchemaNode top() {
      return nodes.getFirst();
    }

    /// Groups of one child down to a value: what a list looks like, in all the ways it is written.
    boolean isChain() {
      return nodes.stream().limit(nodes.size() - 1L).allMatch(node -> node.children() == 1);
    }

    String describe() {
      SchemaNode leaf = nodes.getLast();
      String kind =
          isText(leaf)
              ? "string"
              : leaf.type() < TYPES.size() && leaf.type() >= 0 ? TYPES.get(leaf.type()) : "unknown";
      if (nodes.size() == 1) {
        return leaf.repetition() == REPEATED ? "list of " + kind : kind;
      }
      long lists = nodes.stream().filter(node -> node.repetition() == REPEATED).count();
      return isChain() && lists == 1 ? "list of " + kind : "nested";
    }
  }

  /// Finds the column; [UserException] names those that there are.
  static TextField of(String file, String column, FileLayout layout) {
    List<Tree> trees = trees(layout.schema());
    Tree tree =
        trees.stream()
            .filter(t -> t.top().name().equals(column))
            .findFirst()
            .orElseThrow(() ->
                UserException.of(
                    "%s: no column \"%s\"; its columns are %s (choose with --jsonl-keys)",
                    file, column, describe(trees)));
    long lists = tree.nodes().stream().filter(node -> node.repetition() == REPEATED).count();
    boolean shallow = tree.nodes().size() <= MOST_NESTED; // levels are kept as bytes
    boolean plain = tree.nodes().size() == 1 && lists == 0;
    if (!isText(tree.nodes().getLast()) || !(plain || (tree.isChain() && shallow && lists == 1))) {
      throw UserException.of(
          "%s: column \"%s\" is %s, expected strings or lists of strings; its columns are %s"
              + " (choose with --jsonl-keys)",
          file, column, tree.describe(), describe(trees));
    }
    return field(tree);
  }

  private static String describe(List<Tree> trees) {
    return trees.stream()
        .map(tree -> printable(tree.top().name()) + " (" + tree.describe() + ")")
        .collect(Collectors.joining(", "));
  }

  /// A message is one line, whatever a damaged file calls its columns.
  private static String printable(String name) {
    return name.replaceAll("[\\p{Cc}\\p{Cf}]", "?");
  }

  private static TextField field(Tree tree) {
    int level = 0;
    int definedAt = 0;
    int elementAt = 0;
    for (int depth = 0; depth < tree.nodes().size(); depth++) {
      SchemaNode node = tree.nodes().get(depth);
      level += node.repetition() == 0 ? 0 : 1;
      if (node.repetition() == REPEATED) {
        elementAt = level;
      } else if (depth == 0) {
        definedAt = level;
      }
    }
    return new TextField(tree.firstLeaf(), level, definedAt, elementAt);
  }

  private static boolean isText(SchemaNode leaf) {
    if (leaf.type() != BYTE_ARRAY) {
      return false;
    }
    return switch (leaf.logicalType()) {
      case LOGICAL_STRING, LOGICAL_ENUM, LOGICAL_JSON -> true;
      case -1 -> // old writers leave the annotation out; whether it is UTF-8 will be seen
          List.of(UTF8, ENUM, JSON, -1).contains(leaf.convertedType());
      default -> false;
    };
  }

  private static List<Tree> trees(List<SchemaNode> schema) {
    List<Tree> trees = new ArrayList<>();
    int leaves = 0;
    int at = 1;
    while (at < schema.size()) {
      int end = end(schema, at);
      List<SchemaNode> nodes = schema.subList(at, end);
      trees.add(new Tree(nodes, leaves));
      leaves += (int) nodes.stream().filter(node -> node.children() == 0).count();
      at = end;
    }
    return trees;
  }

  /// Where the tree that begins at `at` ends.
  private static int end(List<SchemaNode> schema, int at) {
    int open = 1;
    int end = at;
    while (open > 0 && end < schema.size()) {
      open += schema.get(end).children() - 1;
      end++;
    }
    return end;
  }
}
