package examples

import io.github.logitops.{Backend, LogitOps}
import io.github.logitops.memory.{BinaryTargets, GradScale}
import io.github.logitops.spec.{DType, Shape, SigmoidCrossEntropyOptions}

import java.util.{Locale, Random}
import scala.util.Using

/** Tags that do not exclude each other, as topics of a text: sigmoid cross entropy of a linear layer. Rare tags are missed as it
  * is; positive weights find them. Logits go up and their gradient comes down in one tensor: the op puts one over the other.
  */
object Tagging:
  val Rows = 2000
  val Features = 5 // the last of them is 1, for the bias
  val Tags = 3
  private val Steps = 300
  private val Rate = 2.0

  /** Features [rows, features] and targets [rows, tags], each 0 or 1. */
  final case class Data(features: Array[Float], targets: Array[Float]):
    /** How many rows without a tag there are for one with it: what is usual as its weight. */
    def positiveWeights: Array[Float] =
      Array.tabulate(Tags) { t =>
        val positives = (0 until Rows).count(row => targets(row * Tags + t) == 1)
        (Rows - positives).toFloat / positives
      }

  /** The last loss and the logits [rows, tags] after training. */
  final case class Outcome(loss: Double, logits: Array[Float])

  def train(data: Data, positiveWeights: Option[Array[Float]]): Outcome =
    val shape = Shape.of(Rows, Tags)
    val weight = new Array[Float](Tags * Features)
    Using.Manager { use =>
      val ops = use(LogitOps.open(Backend.AUTO))
      val stream = use(ops.newStream())
      val loss = ops.sigmoidCrossEntropy(SigmoidCrossEntropyOptions.defaults())
      val plain = BinaryTargets.of(use(ops.upload(data.targets, DType.F32, shape, stream)))
      val targets = positiveWeights.fold(plain)(w => plain.withPositiveWeights(use(ops.vector(w, stream))))
      val x = use(ops.empty(DType.F32, shape))
      val result = use(loss.newResult(DType.F32, shape, stream))
      val gradient = new Array[Float](Rows * Tags)
      for _ <- 1 to Steps do
        x.upload(logits(data, weight), stream)
        loss.forwardBackward(x, targets, GradScale.of(Tags), x, result, stream) // the mean is over rows times tags
        x.download(gradient, stream)
        for i <- gradient.indices; f <- 0 until Features do
          weight(i % Tags * Features + f) -= (Rate * gradient(i) * data.features(i / Tags * Features + f)).toFloat
      Outcome(result.await(), logits(data, weight))
    }.get

  private def logits(data: Data, weight: Array[Float]): Array[Float] =
    Array.tabulate(Rows * Tags) { i =>
      (0 until Features).map(f => weight(i % Tags * Features + f) * data.features(i / Tags * Features + f)).sum
    }

  /** How many of the rows that have this tag get a positive logit. */
  def recall(data: Data, outcome: Outcome, tag: Int): Double =
    val tagged = (0 until Rows).map(_ * Tags + tag).filter(data.targets(_) == 1)
    tagged.count(outcome.logits(_) > 0).toDouble / tagged.size

  /** Tag t is there more often where feature t is large, and the rarer the larger t is. */
  def data(random: Random): Data =
    val features = Array.tabulate(Rows * Features) { i =>
      if i % Features == Features - 1 then 1f else random.nextGaussian().toFloat
    }
    val targets = Array.tabulate(Rows * Tags) { i =>
      val logit = 1.5 * features(i / Tags * Features + i % Tags) - 2 * (i % Tags)
      if random.nextDouble() < 1 / (1 + math.exp(-logit)) then 1f else 0f
    }
    Data(features, targets)

@main def tag(): Unit =
  val data = Tagging.data(Random(1))
  for (name, weights) <- Seq("plain" -> None, "weighted" -> Some(data.positiveWeights)) do
    val outcome = Tagging.train(data, weights)
    val recalls = (0 until Tagging.Tags).map(t => s"recall$t=%.3f".formatLocal(Locale.ROOT, Tagging.recall(data, outcome, t)))
    println(s"$name: loss=%.4f ".formatLocal(Locale.ROOT, outcome.loss) + recalls.mkString(" "))
