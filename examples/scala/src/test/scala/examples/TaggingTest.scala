package examples

import examples.Tagging.{Features, Rows, Tags}
import org.junit.jupiter.api.Assertions.{assertEquals, assertTrue}
import org.junit.jupiter.api.{Test, TestInstance}

import java.util.Random

/** At the least loss of a linear layer its gradient is 0, which plain loops look at; so is the loss. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS) // trains once
class TaggingTest:
  private val data = Tagging.data(Random(1))
  private val plain = Tagging.train(data, None)
  private val weighted = Tagging.train(data, Some(data.positiveWeights))

  @Test def theLossIsThatOfPlainLoops(): Unit =
    assertEquals(loss(plain, _ => 1), plain.loss, 1e-4)
    assertEquals(loss(weighted, data.positiveWeights), weighted.loss, 1e-4)

  @Test def theGradientIs0(): Unit =
    for t <- 0 until Tags; f <- 0 until Features do
      assertEquals(0, derivative(plain, 1, t, f), 1e-3, s"tag=$t, feature=$f")
      assertEquals(0, derivative(weighted, data.positiveWeights(t), t, f), 1e-3, s"tag=$t, feature=$f")

  @Test def weightsFindWhatIsRare(): Unit =
    val rare = Tags - 1
    assertTrue(Tagging.recall(data, plain, rare) < 0.3)
    assertTrue(Tagging.recall(data, weighted, rare) > 0.7)

  private def loss(outcome: Tagging.Outcome, positiveWeight: Int => Float): Double =
    outcome.logits.indices.map { i =>
      val p = sigmoid(outcome.logits(i))
      if data.targets(i) == 1 then -positiveWeight(i % Tags) * math.log(p) else -math.log(1 - p)
    }.sum / outcome.logits.length

  private def derivative(outcome: Tagging.Outcome, positiveWeight: Float, tag: Int, feature: Int): Double =
    (0 until Rows).map { row =>
      val p = sigmoid(outcome.logits(row * Tags + tag))
      val g = if data.targets(row * Tags + tag) == 1 then positiveWeight * (p - 1) else p
      g * data.features(row * Features + feature) / Rows
    }.sum

  private def sigmoid(x: Double): Double = 1 / (1 + math.exp(-x))
