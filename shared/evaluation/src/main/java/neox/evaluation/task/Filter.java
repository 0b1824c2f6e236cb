package neox.evaluation.task;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.evaluation.request.Response;
import neox.evaluation.request.Response.Generated;
import neox.python.PythonText;

/// Changes the responses to one request (several when the task repeats requests) before they are
/// scored.
public sealed interface Filter {
  List<Response> apply(List<Response> responses);

  /// Only the first response.
  record TakeFirst() implements Filter {
    @Override
    public List<Response> apply(List<Response> responses) {
      return responses.subList(0, 1);
    }
  }

  /// The most frequent response; the first one seen wins ties.
  record MajorityVote() implements Filter {
    @Override
    public List<Response> apply(List<Response> responses) {
      Map<Response, Integer> votes = new LinkedHashMap<>();
      responses.forEach(response -> votes.merge(response, 1, Integer::sum));
      Response winner = responses.getFirst();
      for (Map.Entry<Response, Integer> vote : votes.entrySet()) {
        if (vote.getValue() > votes.getOrDefault(winner, 0)) {
          winner = vote.getKey();
        }
      }
      return List.of(winner);
    }
  }

  /// White space at both ends removed.
  record Strip() implements Filter {
    @Override
    public List<Response> apply(List<Response> responses) {
      return edit(responses, PythonText::strip);
    }
  }

  record LowerCase() implements Filter {
    @Override
    public List<Response> apply(List<Response> responses) {
      return edit(responses, text -> text.toLowerCase(Locale.ROOT));
    }
  }

  record UpperCase() implements Filter {
    @Override
    public List<Response> apply(List<Response> responses) {
      return edit(responses, text -> text.toUpperCase(Locale.ROOT));
    }
  }

  /// One of the pattern's matches: its first group that took part, or all of it without groups.
  ///
  /// @param select which match, from the end when negative
  /// @param fallback when there is no such match
  record Extract(Pattern pattern, int select, String fallback) implements Filter {
    @Override
    public List<Response> apply(List<Response> responses) {
      return edit(responses, this::extract);
    }

    private String extract(String text) {
      List<String> found = new ArrayList<>();
      Matcher matcher = pattern.matcher(text);
      while (matcher.find()) {
        found.add(matched(matcher));
      }
      int index = select < 0 ? found.size() + select : select;
      if (index < 0 || index >= found.size()) {
        return fallback;
      }
      return PythonText.strip(found.get(index));
    }

    private String matched(Matcher matcher) {
      if (matcher.groupCount() == 0) {
        return matcher.group();
      }
      for (int group = 1; group <= matcher.groupCount(); group++) {
        String text = matcher.group(group);
        if (text != null && (!text.isEmpty() || matcher.groupCount() == 1)) {
          return text;
        }
      }
      return matcher.groupCount() == 1 ? "" : fallback;
    }
  }

  private static List<Response> edit(List<Response> responses, UnaryOperator<String> change) {
    List<Response> edited = new ArrayList<>(responses.size());
    for (Response response : responses) {
      edited.add(
          response instanceof Generated(String text)
              ? new Generated(change.apply(text))
              : response);
    }
    return edited;
  }
}
