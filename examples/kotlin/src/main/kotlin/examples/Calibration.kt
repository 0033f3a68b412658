package examples

import io.github.logitops.Backend
import io.github.logitops.LogitOps
import io.github.logitops.spec.CrossEntropyOptions
import io.github.logitops.spec.DType
import io.github.logitops.spec.Shape
import java.util.Locale
import java.util.Random
import kotlin.math.exp

const val ROWS = 4000
const val CLASSES = 10

/** How many times too large the logits are that the program is given. */
const val TOO_SURE = 3.0

/** Logits [rows, classes] of a model on data that it was not trained on, and the labels of those. */
class HeldOut(val logits: FloatArray, val labels: IntArray)

/** The temperature, and what it does to the loss and to the mean probability of the predicted class. */
class Calibration(
    val temperature: Double,
    val lossBefore: Double,
    val lossAfter: Double,
    val confidenceBefore: Double,
    val confidenceAfter: Double,
)

/**
 * Temperature scaling: the temperature at which the loss on held-out data is least, by which a trained model's logits are to be divided,
 * that its probabilities mean what they say. The logits go to the device once; cross entropy takes the temperature as a logit scale.
 */
fun calibrate(data: HeldOut): Calibration {
    val shape = Shape.of(ROWS.toLong(), CLASSES.toLong())
    return LogitOps.open(Backend.AUTO).use { ops ->
        ops.newStream().use { stream ->
            ops.upload(data.logits, DType.F32, shape, stream).use { logits ->
                ops.labels(data.labels, stream).use { labels ->
                    fun loss(scale: Double): Double =
                        ops.crossEntropy(CrossEntropyOptions.defaults().withLogitScale(scale))
                            .forward(logits, labels, stream)
                            .use { it.await() }

                    fun confidence(scale: Double): Double {
                        val scaled = FloatArray(data.logits.size) { (scale * data.logits[it]).toFloat() }
                        val probabilities = ops.softmax().forward(scaled, shape)
                        return (0 until ROWS).sumOf { row ->
                            (0 until CLASSES).maxOf { probabilities[row * CLASSES + it].toDouble() } / ROWS
                        }
                    }

                    val best = least(0.01, 10.0, ::loss) // convex in the scale, 1 / temperature
                    Calibration(1 / best, loss(1.0), loss(best), confidence(1.0), confidence(best))
                }
            }
        }
    }
}

/** Where a convex function is least, by thirds. */
private fun least(from: Double, to: Double, function: (Double) -> Double): Double {
    var low = from
    var high = to
    repeat(30) {
        val third = (high - low) / 3
        if (function(low + third) < function(high - third)) high -= third else low += third
    }
    return (low + high) / 2
}

/** Labels are drawn from softmax of some logits; a model gives these, times [TOO_SURE]. */
fun heldOut(random: Random): HeldOut {
    val logits = FloatArray(ROWS * CLASSES) { (TOO_SURE * 1.5 * random.nextGaussian()).toFloat() }
    val labels = IntArray(ROWS) { row ->
        val p = List(CLASSES) { exp(logits[row * CLASSES + it] / TOO_SURE) }
        val cumulative = p.runningReduce(Double::plus)
        val uniform = random.nextDouble() * cumulative.last()
        cumulative.indexOfFirst { it > uniform }
    }
    return HeldOut(logits, labels)
}

fun main() {
    val found = calibrate(heldOut(Random(1)))
    println("calibration: temperature=%.3f".format(Locale.ROOT, found.temperature))
    println("before: loss=%.4f confidence=%.4f".format(Locale.ROOT, found.lossBefore, found.confidenceBefore))
    println("after: loss=%.4f confidence=%.4f".format(Locale.ROOT, found.lossAfter, found.confidenceAfter))
}
