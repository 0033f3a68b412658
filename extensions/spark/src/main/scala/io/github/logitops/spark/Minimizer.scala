package io.github.logitops.spark

import breeze.linalg.DenseVector
import breeze.optimize.{CachedDiffFunction, DiffFunction, LBFGS, OWLQN}
import breeze.optimize.FirstOrderMinimizer.{defaultConvergenceCheck, functionValuesConverged}
import java.util.function.{DoubleConsumer, ToDoubleBiFunction}

/** L-BFGS and, where absolute values have a price, OWL-QN, both by Breeze: in Scala because Java can not implement its functions. */
private[spark] object Minimizer {

  /** Pairs of steps and gradients that the Hessian is estimated by. */
  private val Memory = 10

  /**
   * Where the objective is least, as far as so many iterations come.
   *
   * @param objective writes its gradient at a point into the second array
   * @param prices of the absolute value of each coordinate, or null for none; not part of the objective
   * @param tolerance of the objective's change over ten iterations, beside the objective at the start; and of the gradient's length
   *   beside the objective
   * @param resolution of the objective beside that of the start: without prices an iteration that gains less is the last, as line
   *   searches would look for what rounding hides; 0 for none
   * @param seen hears of the objective, prices included, at the start and after each iteration
   * @return the point, and why it is the last
   */
  def minimize(
      objective: ToDoubleBiFunction[Array[Double], Array[Double]],
      start: Array[Double],
      prices: Array[Double],
      iterations: Int,
      tolerance: Double,
      resolution: Double,
      seen: DoubleConsumer): Minimum = {
    val function = new DiffFunction[DenseVector[Double]] {
      override def calculate(at: DenseVector[Double]): (Double, DenseVector[Double]) = {
        val gradient = new Array[Double](at.length)
        val value = objective.applyAsDouble(at.toArray, gradient)
        (value, DenseVector(gradient))
      }
    }
    val usual = defaultConvergenceCheck[DenseVector[Double]](iterations, tolerance)
    val minimizer =
      if (prices != null) new OWLQN[Int, DenseVector[Double]](usual, Memory, (i: Int) => prices(i)) // its steps may be short
      else if (resolution > 0) new LBFGS(usual || functionValuesConverged(resolution, relative = true, historyLength = 2), Memory)
      else new LBFGS(usual, Memory)
    val states = minimizer.iterations(new CachedDiffFunction(function), DenseVector(start.clone))
    val last = states.map { state => seen.accept(state.adjustedValue); state }.reduceLeft((_, next) => next)
    new Minimum(last.x.toArray, last.convergenceReason.fold("")(_.reason))
  }
}

/** A point, and why it was the last. */
private[spark] final class Minimum(val point: Array[Double], val reason: String)
