package examples

import java.util.Random
import kotlin.math.exp
import kotlin.math.ln
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** At the least loss, the derivative by the scale is 0: logits expected by the model are, on average, those of the labels. */
class CalibrationTest {
    private val data = heldOut(Random(1))
    private val found = calibrate(data)

    @Test
    fun `the derivative is 0 at the temperature, in plain loops`() {
        val derivative = (0 until ROWS).sumOf { row ->
            val p = probabilities(row, found.temperature)
            (0 until CLASSES).sumOf { p[it] * logit(row, it) } - logit(row, data.labels[row])
        } / ROWS
        assertEquals(0.0, derivative, 1e-3)
    }

    @Test
    fun `the temperature is what the logits were multiplied by`() {
        assertEquals(TOO_SURE, found.temperature, 0.1)
    }

    @Test
    fun `losses are those of plain loops`() {
        assertEquals(loss(1.0), found.lossBefore, 1e-5)
        assertEquals(loss(found.temperature), found.lossAfter, 1e-5)
    }

    @Test
    fun `a calibrated model is right as often as it says`() {
        val accuracy = (0 until ROWS).count { row ->
            logit(row, data.labels[row]) == (0 until CLASSES).maxOf { logit(row, it) }
        } / ROWS.toDouble()
        assertEquals(accuracy, found.confidenceAfter, 0.015) // two deviations of an accuracy on so many rows
        assertTrue(found.confidenceBefore > accuracy + 0.3)
    }

    private fun loss(temperature: Double): Double =
        (0 until ROWS).sumOf { row -> -ln(probabilities(row, temperature)[data.labels[row]]) } / ROWS

    private fun probabilities(row: Int, temperature: Double): List<Double> {
        val p = List(CLASSES) { exp(logit(row, it) / temperature) }
        return p.map { it / p.sum() }
    }

    private fun logit(row: Int, c: Int): Double = data.logits[row * CLASSES + c].toDouble()
}
