package neox.preprocess.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import neox.base.UserException;
import neox.base.json.Json;
import neox.preprocess.chat.ChatOptions.Learnt;
import neox.preprocess.chat.ChatOptions.Reward;
import neox.preprocess.encode.BadRow;
import neox.preprocess.encode.DocumentEncoder;
import neox.preprocess.encode.EncodedChunk;
import neox.preprocess.encode.MaskEncoder;
import neox.preprocess.encode.RowText;
import neox.template.Functions;
import neox.template.value.Value;
import neox.tokenizer.TokenBuffer;
import neox.tokenizer.Tokenizer;

/// Encodes the conversations of a row: the tokens of the chat template's text, the labels that say
/// which of them are learnt, and the reward.
public final class ChatEncoder implements DocumentEncoder {
  private final ChatOptions options;
  private final ChatTokenizer chat;
  private final Tokenizer.Encoder encoder;
  private final Map<String, Value> names;
  private final TokenBuffer soFar = new TokenBuffer();

  public ChatEncoder(
      ChatOptions options, ChatTokenizer chat, Tokenizer.Encoder encoder, Clock clock) {
    this.options = options;
    this.chat = chat;
    this.encoder = encoder;
    this.names = new HashMap<>(chat.specialTokens());
    names.putAll(Functions.forChat(clock));
    names.put("tools", Value.None.NONE);
    names.put("documents", Value.None.NONE);
  }

  @Override
  public int row(byte[] json, int from, int to, List<EncodedChunk.Documents> datasets)
      throws BadRow {
    JsonNode row = parse(json, from, to);
    // All of a row or nothing: the datasets must stay in step.
    List<TokenBuffer> documents = new ArrayList<>();
    for (String key : options.keys()) {
      TokenBuffer tokens = new TokenBuffer();
      TokenBuffer labels = new TokenBuffer();
      encode(Chat.of(row, key), tokens, labels);
      documents.add(tokens);
      if (options.learnt() != Learnt.ALL) {
        documents.add(labels);
      }
      if (options.reward().isPresent()) {
        TokenBuffer reward = new TokenBuffer();
        reward.add(reward(row, options.reward().get()));
        documents.add(reward);
      }
    }
    for (int i = 0; i < documents.size(); i++) {
      TokenBuffer document = documents.get(i);
      datasets.get(i).tokens().add(document.array(), 0, document.size());
      datasets.get(i).sizes().add(document.size());
    }
    return 0;
  }

  @Override
  public int text(byte[] bytes, int from, int to, List<EncodedChunk.Documents> datasets)
      throws BadRow {
    throw new BadRow("plain text holds no conversation, expected rows of JSON");
  }

  private static JsonNode parse(byte[] json, int from, int to) throws BadRow {
    RowText.require(json, from, to);
    JsonNode row;
    try {
      row = Json.mapper().readTree(json, from, to - from);
    } catch (JsonProcessingException e) {
      String problem = e.getOriginalMessage().lines().findFirst().orElse("");
      throw new BadRow("not valid JSON: %s", problem);
    } catch (IOException e) {
      throw new IllegalStateException(e); // memory can be read
    }
    if (row.isMissingNode()) {
      throw new BadRow("blank line, expected a JSON object");
    }
    if (!row.isObject()) {
      throw new BadRow("expected a JSON object, found %s", Chat.kind(row));
    }
    return row;
  }

  private void encode(Chat conversation, TokenBuffer tokens, TokenBuffer labels) throws BadRow {
    switch (options.learnt()) {
      case ALL -> whole(conversation, tokens);
      case END -> {
        whole(conversation, tokens);
        addIgnored(labels, tokens.size());
        if (chat.eos().isPresent()) {
          // NeoX compat: the end stands there twice, and the second one is learnt.
          int eos = chat.eos().getAsInt();
          tokens.add(eos);
          tokens.add(eos);
          labels.add(MaskEncoder.IGNORED);
          labels.add(eos);
        }
      }
      case ANSWERS, LAST_ANSWER -> turnByTurn(conversation, tokens, labels);
    }
  }

  private void whole(Chat conversation, TokenBuffer tokens) throws BadRow {
    encode(conversation.messages(), false, tokens);
  }

  /// The tokens of a turn are those by which the text up to it is longer than the text before, so
  /// what asks for an answer belongs to the turn before the answer.
  private void turnByTurn(Chat conversation, TokenBuffer tokens, TokenBuffer labels) throws BadRow {
    int turns = conversation.roles().size();
    for (int turn = 0; turn < turns; turn++) {
      boolean last = turn == turns - 1;
      boolean answerFollows = !last && isAnswer(conversation, turn + 1);
      soFar.clear();
      encode(conversation.messages().subList(0, turn + 1), answerFollows, soFar);
      int from = Math.min(tokens.size(), soFar.size());
      tokens.add(soFar.array(), from, soFar.size());
      boolean learnt = isAnswer(conversation, turn) && (last || options.learnt() == Learnt.ANSWERS);
      if (learnt) {
        labels.add(soFar.array(), from, soFar.size());
      } else {
        addIgnored(labels, soFar.size() - from);
      }
    }
    if (chat.eos().isPresent()) {
      int eos = chat.eos().getAsInt();
      boolean goesOn = labels.size() > 0 && labels.get(labels.size() - 1) != MaskEncoder.IGNORED;
      tokens.add(eos);
      labels.add(goesOn ? eos : MaskEncoder.IGNORED);
    }
  }

  private boolean isAnswer(Chat conversation, int turn) {
    return conversation.roles().get(turn).equals(options.generationRole());
  }

  private static void addIgnored(TokenBuffer labels, int count) {
    for (int i = 0; i < count; i++) {
      labels.add(MaskEncoder.IGNORED);
    }
  }

  private void encode(List<Value> messages, boolean answerFollows, TokenBuffer out) throws BadRow {
    names.put("messages", new Value.Listing(messages));
    names.put("add_generation_prompt", Value.Bool.of(answerFollows));
    try {
      String text = chat.parsed().render(names);
      ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      encoder.encode(utf8.array(), utf8.arrayOffset(), utf8.limit(), out);
    } catch (UserException e) {
      throw new BadRow("%s", Objects.requireNonNull(e.getMessage()));
    } catch (CharacterCodingException e) {
      throw new BadRow("the text holds half of a surrogate pair, which stands for no character");
    }
  }

  private static int reward(JsonNode row, Reward reward) throws BadRow {
    JsonNode given = row.path(reward.key());
    JsonNode value = given.isArray() && given.size() == 1 ? given.get(0) : given;
    if (value.isMissingNode()) {
      throw new BadRow("no key \"%s\" in this row (choose with --reward-key)", reward.key());
    }
    return switch (reward.form()) {
      case BINARY -> {
        boolean number = value.isInt() && (value.intValue() == 0 || value.intValue() == 1);
        if (!value.isBoolean() && !number) {
          throw new BadRow(
              "key \"%s\" holds %s, expected true or false for --binary-reward",
              reward.key(), given);
        }
        yield value.asBoolean() ? 1 : -1;
      }
      case NUMBER -> {
        if (!value.isNumber() || value.doubleValue() != (int) value.doubleValue()) {
          throw new BadRow(
              "key \"%s\" holds %s, expected an integer: a dataset of rewards holds no fractions"
                  + " (scale them, or give --binary-reward)",
              reward.key(), given);
        }
        yield (int) value.doubleValue();
      }
    };
  }
}
