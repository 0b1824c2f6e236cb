package neox.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.data.indexed.ItemRange;
import org.junit.jupiter.api.Test;

class SplitTest {
  @Test
  void dividesLikeNeox() throws Exception {
    for (Map.Entry<String, JsonNode> entry : Golden.dataOrder().get("splits").properties()) {
      int bar = entry.getKey().indexOf('|');
      String split = entry.getKey().substring(0, bar);
      long items = Long.parseLong(entry.getKey().substring(bar + 1));
      List<Long> bounds = new ArrayList<>(List.of(0L));
      Split.parse(split).ranges(items).forEach(range -> bounds.add(range.to()));
      List<Long> expected = new ArrayList<>();
      entry.getValue().forEach(bound -> expected.add(bound.asLong()));
      assertThat(bounds).as(entry.getKey()).isEqualTo(expected);
    }
  }

  @Test
  void coversEveryItemExactlyOnce() {
    for (String split : List.of("1", "1,1", "1/2/3", "969, 30, 1", "0,0,1", "3,3,3,9")) {
      for (long items = 0; items < 200; items++) {
        long from = 0;
        for (ItemRange range : Split.parse(split).ranges(items)) {
          assertThat(range.from()).isEqualTo(from);
          from = range.to();
        }
        assertThat(from).isEqualTo(items);
      }
    }
  }

  @Test
  void refusesWhatIsNotAShare() {
    for (String bad : List.of("", "90,x,5", "-1,2", "NaN", "1,,1")) {
      assertThatThrownBy(() -> Split.parse(bad))
          .isInstanceOf(UserException.class)
          .hasMessage(
              "split: expected up to three shares such as \"969, 30, 1\", found \"" + bad + "\"");
    }
    assertThatThrownBy(() -> Split.parse("0,0"))
        .isInstanceOf(UserException.class)
        .hasMessage("split: the shares of \"0,0\" add up to zero");
  }
}
