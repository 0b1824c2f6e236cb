package neox.evaluation.task;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import neox.evaluation.document.Document;
import neox.evaluation.function.TaskFunction;
import neox.python.PythonCase;
import neox.python.PythonRegex;
import neox.python.PythonText;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Value;

/// Changes the responses to requests before they are scored. What one request was answered is a
/// list, with an item for each time that it was made, until a filter takes one of them.
public sealed interface Filter {
  /// What is left of the responses to each request; [Fault] when they are of another kind.
  ///
  /// @param documents that of each request
  List<Value> apply(List<Value> responses, List<Document> documents);

  /// Only the first response.
  record TakeFirst() implements Filter {
    @Override
    public List<Value> apply(List<Value> responses, List<Document> documents) {
      return responses.stream().map(response -> items(response).getFirst()).toList();
    }
  }

  /// The first responses, of which there must be enough.
  record TakeSome(int count) implements Filter {
    @Override
    public List<Value> apply(List<Value> responses, List<Document> documents) {
      return responses.stream().map(this::some).toList();
    }

    private Value some(Value response) {
      List<Value> items = items(response);
      if (items.size() < count) {
        throw Fault.of(
            "take_first_k needs %d responses to each request, found %d; raise 'repeats'",
            count, items.size());
      }
      return new Value.Listing(items.subList(0, count));
    }
  }

  /// The most frequent response; the first one seen wins ties.
  record MajorityVote() implements Filter {
    @Override
    public List<Value> apply(List<Value> responses, List<Document> documents) {
      return responses.stream().map(MajorityVote::vote).toList();
    }

    private static Value vote(Value response) {
      Map<Value, Integer> votes = new LinkedHashMap<>();
      items(response).forEach(item -> votes.merge(item, 1, Integer::sum));
      Value winner = items(response).getFirst();
      for (Map.Entry<Value, Integer> vote : votes.entrySet()) {
        if (vote.getValue() > votes.getOrDefault(winner, 0)) {
          winner = vote.getKey();
        }
      }
      return new Value.Listing(List.of(winner));
    }
  }

  /// A change of each text.
  ///
  /// @param name in task files
  record Edit(String name, UnaryOperator<String> change) implements Filter {
    /// White space at both ends removed.
    public static final Edit STRIP = new Edit("remove_whitespace", PythonText::strip);

    public static final Edit LOWER_CASE = new Edit("lowercase", PythonCase::lower);
    public static final Edit UPPER_CASE = new Edit("uppercase", PythonCase::upper);

    /// Named entities in one form, see [NamedSpans].
    public static final Edit NAMED_SPANS = new Edit("format_span", NamedSpans::format);

    @Override
    public List<Value> apply(List<Value> responses, List<Document> documents) {
      return each(responses, item -> Value.of(change.apply(text(item))));
    }

    private String text(Value item) {
      if (item instanceof Value.Text(String text, _)) {
        return text;
      }
      throw Fault.of("filter %s changes texts, found a response of type %s", name, item.type());
    }
  }

  /// One of the pattern's matches: its first group that holds something, or all of it without
  /// groups. What is no text is taken for an empty one.
  ///
  /// @param select which match, from the end when negative
  /// @param fallback when there is no such match
  record Extract(PythonRegex pattern, int select, String fallback) implements Filter {
    @Override
    public List<Value> apply(List<Value> responses, List<Document> documents) {
      return each(responses, this::extract);
    }

    private Value extract(Value item) {
      String text = item instanceof Value.Text(String written, _) ? written : "";
      List<List<String>> found = pattern.findAll(text);
      int index = select < 0 ? found.size() + select : select;
      if (index < 0 || index >= found.size()) {
        return Value.of(fallback);
      }
      List<String> groups = found.get(index);
      String matched =
          groups.size() == 1
              ? groups.getFirst()
              : groups.stream().filter(group -> !group.isEmpty()).findFirst().orElse(fallback);
      return Value.of(PythonText.strip(matched));
    }
  }

  /// Which of the choices of its document a text means; what is no text is taken for an empty one.
  record Choose(ChoicePattern pattern) implements Filter {
    @Override
    public List<Value> apply(List<Value> responses, List<Document> documents) {
      List<Value> chosen = new ArrayList<>(responses.size());
      for (int i = 0; i < responses.size(); i++) {
        List<String> choices = documents.get(i).texts("choices");
        chosen.add(
            new Value.Listing(
                items(responses.get(i)).stream().map(item -> choose(item, choices)).toList()));
      }
      return chosen;
    }

    private Value choose(Value item, List<String> choices) {
      return Value.of(
          pattern.find(item instanceof Value.Text(String text, _) ? text : "", choices));
    }
  }

  /// The tags of a text that lists words with theirs as Python does: `[('a', 'DET'), …]`.
  ///
  /// @param fallback where there are none
  record Tags(Value fallback) implements Filter {
    private static final PythonRegex PAIR = PythonRegex.compile("\\('([^']*)', '([^']*)'\\)");

    @Override
    public List<Value> apply(List<Value> responses, List<Document> documents) {
      return each(responses, this::tags);
    }

    private Value tags(Value item) {
      if (!(item instanceof Value.Text(String text, _))) {
        throw Fault.of("filter regex_pos reads texts, found a response of type %s", item.type());
      }
      List<Value> tags = PAIR.findAll(text).stream().map(pair -> Value.of(pair.getLast())).toList();
      return tags.isEmpty() ? fallback : new Value.Listing(tags);
    }
  }

  /// The value that a table has for a response.
  ///
  /// @param fallback for responses that are not in it
  record Lookup(Dict table, Value fallback) implements Filter {
    @Override
    public List<Value> apply(List<Value> responses, List<Document> documents) {
      return each(responses, item -> table.get(item).orElse(fallback));
    }
  }

  /// A function of the task's own.
  record Custom(TaskFunction.OfResponses function, Dict keywords) implements Filter {
    @Override
    public List<Value> apply(List<Value> responses, List<Document> documents) {
      List<Dict> fields = documents.stream().map(Document::fields).toList();
      List<Value> filtered = function.apply(responses, fields, keywords);
      if (filtered.size() != responses.size()) {
        throw Fault.of("a filter made %d responses of %d", filtered.size(), responses.size());
      }
      return filtered;
    }
  }

  /// The responses to one request.
  private static List<Value> items(Value response) {
    if (response instanceof Value.Listing(List<Value> items) && !items.isEmpty()) {
      return items;
    }
    throw Fault.of("a filter after take_first has no list of responses; change their order");
  }

  private static List<Value> each(List<Value> responses, UnaryOperator<Value> change) {
    List<Value> changed = new ArrayList<>(responses.size());
    for (Value response : responses) {
      changed.add(new Value.Listing(items(response).stream().map(change).toList()));
    }
    return changed;
  }
}
