// Special functions: Bessel, the error function's complement and what is made of it, the gamma function. See math.h.
//
// The coefficients are those of polynomials through the functions' values at Chebyshev points, computed in 60 digits; the
// errors named are measured in float64.

// ---- Modified Bessel functions of the first kind ------------------------------------------------------------------
// e^-a·I0(a) for 0 ≤ a ≤ 8 in a/4 - 1, e^-a·I1(a)/a there; from 8 on both times √a, in 16/a - 1. Relative errors 2^-50.
static const double bessel_i0_near[] = {
    0.2070019212239867, -0.11300432688620536, 0.09451562853995125, -0.08904344136077733, 0.08734341617550884,
    -0.08496338091542556, 0.07927522590752974, -0.06954119563154397, 0.05677703201501785, -0.04298594929673067,
    0.03017791206221918, -0.019682655784004566, 0.011960077703464203, -0.006792394821044967, 0.0036171271654272855,
    -0.0018119029764120445, 0.0008563135177565376, -0.0003828654139905961, 0.0001624084559061418,
    -6.55678677969644e-05, 2.5198651465609148e-05, -9.183910794736519e-06, 3.232396382443255e-06,
    -1.1419495259048662e-06, 3.659216730162776e-07, -8.594601526025913e-08, 2.679771004975793e-08,
    -1.631130691668671e-08, 4.394426308340083e-09,
};
static const double bessel_i1_near[] = {
    0.044687709875608835, -0.061124338029666284, 0.06805759990951162, -0.0684826062058269, 0.06376740371340611,
    -0.05528003922699226, 0.044674572621282986, -0.03367135552107505, 0.023686016957350876, -0.015571309244077562,
    0.009583962153764291, -0.005534567846988655, 0.0030057624040464932, -0.001538874564273584, 0.0007445123998749739,
    -0.0003411760229204836, 0.00014842110758080817, -6.142361409267038e-05, 2.4233987591498262e-05,
    -9.136529630106953e-06, 3.29361514435675e-06, -1.1327198008251626e-06, 3.7617292810159424e-07,
    -1.2424046295570417e-07, 3.7901404602356164e-08, -8.986801013193351e-09, 2.644330576999187e-09,
    -1.4165980180332847e-09, 3.6696752013169966e-10,
};
static const double bessel_i0_far[] = {
    0.4021765094450081, 0.0033605519836677235, 0.00013621607439187193, 1.1143033802583682e-05, 1.4838475863096976e-06,
    2.9735956581528157e-07, 8.872154618944625e-08, 3.932926571091252e-08, 2.155681110989874e-08,
    7.532386417555123e-09, -6.805980075129678e-09, -1.331979859201994e-08, -5.162517880939013e-09,
    7.323310735122893e-09, 6.789790403895736e-09, -3.11851456121224e-09, -4.8482509221176966e-09,
    1.0924527246468664e-09, 2.3981927228949238e-09, -2.748111637276033e-10, -7.473844621887592e-10,
    3.525321019700796e-11, 1.0881994785468934e-10,
};
static const double bessel_i1_far[] = {
    0.38939845902587233, -0.009749577193235609, -0.000219235763833829, -1.503854721127423e-05,
    -1.8349101539664522e-06, -3.483853071371078e-07, -1.0001220638799958e-07, -4.31323156237458e-08,
    -2.3382691353601083e-08, -8.407326839577817e-09, 6.795073490187386e-09, 1.3952625102162603e-08,
    5.722677527454156e-09, -7.432535335623792e-09, -7.222524178953976e-09, 3.0717395650769477e-09,
    5.094016301574338e-09, -1.0476127785270019e-09, -2.5062162405593894e-09, 2.582169443152386e-10,
    7.79067217908059e-10, -3.2677656089803323e-11, -1.13288885034257e-10,
};

// e^-|x|·I0(x), and with √|x| left out beyond 8 (the root is in *root, else 1).
MK_INLINE vf64 bessel_f64(vf64 a, int32_t order, vf64 *root) {
  const vi64 far = a > 8.0;
  const vf64 u = select_f64(far, 16.0 / a, a * 0.25) - 1.0;
  vf64 y = order ? MK_POLYNOMIAL(u, bessel_i1_near) * a : MK_POLYNOMIAL(u, bessel_i0_near);
  *root = splat_f64(1.0);
  if (any_i64(far)) {
    y = select_f64(far, order ? MK_POLYNOMIAL(u, bessel_i1_far) : MK_POLYNOMIAL(u, bessel_i0_far), y);
    *root = select_f64(far, __builtin_elementwise_sqrt(a), *root);
  }
  return y;
}
MK_INLINE vf64 bessel_i0e_f64(vf64 x) {
  vf64 root;
  const vf64 y = bessel_f64(absolute_f64(x), 0, &root);
  return y / root;
}
MK_INLINE vf64 bessel_i0_f64(vf64 x) {
  vf64 root;
  const vf64 y = bessel_f64(absolute_f64(x), 0, &root);
  return exp_f64(absolute_f64(x)) * y / root;
}
MK_INLINE vf64 bessel_i1e_f64(vf64 x) {
  vf64 root;
  const vf64 y = bessel_f64(absolute_f64(x), 1, &root) / root;
  return select_f64(x < 0.0, -y, y);
}
MK_INLINE vf64 bessel_i1_f64(vf64 x) {
  vf64 root;
  const vf64 y = exp_f64(absolute_f64(x)) * bessel_f64(absolute_f64(x), 1, &root) / root;
  return select_f64(x < 0.0, -y, y);
}

// ---- The complement of the error function ------------------------------------------------------------------------
// (a + 4)·e^a²·erfc(a) for a ≥ 0 in (a - 4)/(a + 4). Relative error 2^-51.
static const double scaled_erfc[] = {
    1.095995661000491, -0.976548729080882, 0.7732087022652371, -0.5408538313132345, 0.3308515878780107,
    -0.1740109372399329, 0.07638151490940508, -0.026370053340693672, 0.0061120556534863925, -0.0002809588591883079,
    -0.0004550526593817673, 0.00017681276807153315, -3.635329756508496e-06, -1.8860655851650423e-05,
    4.695056181536189e-06, 1.423544943950122e-06, -8.478822846448528e-07, -7.440264267692018e-08,
    1.269526620028216e-07, -2.753680956835059e-10, -1.8208760359519016e-08, 7.051218877756988e-10,
    2.3248139490706373e-09, -7.64653997246155e-11, -1.8622648765726154e-10,
};

// e^a²·erfc(a), a ≥ 0
MK_INLINE vf64 scaled_erfc_f64(vf64 a) {
  const vf64 bounded = select_f64(a > 1e300, splat_f64(1e300), a), sum = bounded + 4.0;
  const vf64 y = MK_POLYNOMIAL((bounded - 4.0) / sum, scaled_erfc) / sum;
  return select_f64(a == INFINITY, splat_f64(0.0), y);
}
// e^(sign·x²), with what rounding the square loses
MK_INLINE vf64 exp_square_f64(vf64 x, double sign) {
  const vf64 a = absolute_f64(x), bounded = select_f64(a > 40.0, splat_f64(40.0), a);
  const vf64 square = bounded * bounded, lost = fma_f64(bounded, bounded, -square);
  return exp_f64(square * sign) * (1.0 + lost * sign);
}
MK_INLINE vf64 erfc_f64(vf64 x) {
  const vf64 tail = exp_square_f64(x, -1.0) * scaled_erfc_f64(absolute_f64(x));
  return select_f64(x < 0.0, 2.0 - tail, tail);
}
MK_INLINE vf64 erfcx_f64(vf64 x) {
  const vf64 y = scaled_erfc_f64(absolute_f64(x));
  const vi64 negative = x < 0.0;
  return any_i64(negative) ? select_f64(negative, 2.0 * exp_square_f64(x, 1.0) - y, y) : y;
}
// The normal distribution function, and its logarithm without loss in the lower tail.
MK_INLINE vf64 ndtr_f64(vf64 x) { return 0.5 * erfc_f64(x * -0.70710678118654752440); }
MK_INLINE vf64 log_ndtr_f64(vf64 x) {
  const vf64 t = x * 0.70710678118654752440, scaled = scaled_erfc_f64(absolute_f64(t));
  const vf64 tail = exp_square_f64(t, -1.0) * scaled;
  const vf64 upper = log1p_f64(-0.5 * select_f64(t < 0.0, 2.0 - tail, tail));
  return select_f64(x < -1.0, log_f64(scaled * 0.5) - t * t, upper);
}

// erfinv(y)/y in w = -log(1 - y²): up to 6.25 in w, beyond in √w, in three pieces up to √w = 28. Relative errors 2^-51, of the
// last 2^-49.
static const double erfinv_near[] = {
    1.6536545626831027, 0.7504943200799635, -0.05892256710377784, -0.022604447453449802, 0.017808361818295655,
    -0.00413731437741443, -0.0012716922684373015, 0.0012324855686812834, -0.0002643936684366174,
    -0.0001168888399309713, 9.33673917780479e-05, -1.5027710420277575e-05, -1.1257319182677936e-05,
    7.1300572630824496e-06, -6.83718721812117e-07, -1.059321402540731e-06, 5.394320648707009e-07,
    -1.0185147576818285e-08, -9.867713140174249e-08, 3.915473114023045e-08, 4.792369996100387e-09,
    -8.562787796742932e-09, 1.5401738716654886e-09, 7.689312733742569e-10, -2.7032254091069344e-10,
};
static const double erfinv_far[] = {
    3.0838856104922208, 0.7539442257706194, 0.0030211394363764865, -0.0015825410891285008, 0.0007883078512000405,
    -0.0004006357032703787, 0.00016966502384997928, -4.739178791780613e-05, 2.405849826863639e-06,
    5.1271458282959595e-06, -2.6647290027131336e-06, 5.268978286875368e-07, 9.272847268010501e-08,
    -9.536038433614285e-08, 2.6652555523279727e-08, 2.448720579642754e-10, -2.6921670135260728e-09,
    6.819336997989723e-10, -2.159829264980955e-12,
};
static const double erfinv_farther[] = {
    5.859913143946245, 2.0192102441988387, -0.0018913598316104845, -0.00034339982334392265, 0.00034525692312424057,
    -0.00017140414521892212, 7.075801072517676e-05, -2.6737242766307597e-05, 9.57095727413409e-06,
    -3.294666790351236e-06, 1.1044879108531743e-06, -3.817755897985121e-07, 1.336676264846698e-07,
    -1.6582228555068465e-08, 1.9122690582808645e-08, -9.536475339122615e-08, 5.8479868409329045e-08,
    4.082855583306841e-08, -9.175840911426044e-09, -6.008575801694122e-08, 3.1915009074432204e-08,
    9.034744331360426e-09, -6.7157784508841296e-09,
};
static const double erfinv_farthest[] = {
    17.92297821673707, 10.027414287547924, -0.010973764597202198, 0.004524416516597463, -0.0018600047991769594,
    0.0007435062434184369, -0.00027922711734476384, 9.161142700191741e-05, -2.0170821949355456e-05,
    -3.819091272160722e-06, 9.59199021834591e-06, -9.295062063347525e-06, 7.0359078600239515e-06,
    -4.0877928937144405e-06, 2.746431885508448e-06, -3.4245380633699185e-06, 2.024383689388764e-06,
    1.2536237198844294e-06, -6.671589464787544e-07, -2.041369345319319e-06, 1.143422951694551e-06,
    8.675274293084456e-07, -4.814870175490659e-07, -2.8111131009711153e-07, 1.5719202363737093e-07,
};

MK_INLINE vf64 erfinv_ratio(vf64 w) {
  const vi64 far = w > 6.25;
  vf64 y = MK_POLYNOMIAL(w * 0.32 - 1.0, erfinv_near);
  if (any_i64(far)) {
    const vf64 root = __builtin_elementwise_sqrt(w);
    y = select_f64(far, MK_POLYNOMIAL((root - 3.25) / 0.75, erfinv_far), y);
    const vi64 farther = root > 4.0, farthest = root > 8.0;
    if (any_i64(farther)) y = select_f64(farther, MK_POLYNOMIAL(root * 0.5 - 3.0, erfinv_farther), y);
    if (any_i64(farthest)) y = select_f64(farthest, MK_POLYNOMIAL(root * 0.1 - 1.8, erfinv_farthest), y);
  }
  return y;
}
MK_INLINE vf64 erfinv_f64(vf64 y) {
  const vf64 a = absolute_f64(y);
  const vf64 x = y * erfinv_ratio(-log_f64((1.0 - a) * (1.0 + a)));
  return select_f64(a == 1.0, copysign_f64(splat_f64(INFINITY), y), x);  // beyond 1 the logarithm is NaN
}
// The inverse of the normal distribution function: √2·erfinv(2p - 1), from the nearer end.
MK_INLINE vf64 ndtri_f64(vf64 p) {
  const vi64 upper = p > 0.5;
  const vf64 q = select_f64(upper, 1.0 - p, p), y = 1.0 - 2.0 * q;
  vf64 x = y * erfinv_ratio(-(log_f64(q) + log1p_f64(-q) + 1.38629436111989061883)) * 1.41421356237309504880;
  // near the middle y has the digits
  const vf64 near = y * erfinv_ratio(-log_f64((1.0 - y) * (1.0 + y))) * 1.41421356237309504880;
  x = select_f64(q > 0.1, near, x);
  x = select_f64(q == 0.0, splat_f64(INFINITY), x);
  x = select_f64(upper, x, -x);
  return select_f64((p >= 0.0) & (p <= 1.0), x, splat_f64(NAN));
}

// ---- The gamma function --------------------------------------------------------------------------------------------
// log Γ(1 + d)/d and log Γ(2 + d)/d for |d| ≤ ½, relative errors 2^-52; the narrow ones 2^-32.
static const double lgamma_near_1[] = {
    -0.5772156649015329, 0.41123351671205655, -0.10017140859663283, 0.033822601053479215, -0.01296159693929511,
    0.005298661780914389, -0.0022507796368895602, 0.0009805442980769746, -0.0004348994784400015,
    0.00019550669938960455, -8.882225635458602e-05, 4.0700482911596765e-05, -1.8782530123863594e-05,
    8.718183257645187e-06, -4.0683292965356535e-06, 1.9125705100332427e-06, -9.001043748574675e-07,
    4.124357356492201e-07, -1.9522784780587107e-07, 1.1308438620887116e-07, -5.4015820715770284e-08,
    2.526829438240329e-09, -1.0693699369091374e-09, 1.889081792208472e-08, -9.143687204517106e-09,
    -5.158955192152566e-09, 2.5084309444514644e-09, 1.7300448143343167e-09, -8.387103803490076e-10,
};
static const double lgamma_near_2[] = {
    0.42278433509846713, 0.1612335167120566, -0.016838075263299536, 0.0025726010534730713, -0.0004615969392917596,
    9.032844783558553e-05, -1.863677987501598e-05, 3.981793163166481e-06, -8.716982450984518e-07,
    1.942529474587772e-07, -4.387338974983724e-08, 1.0013314167996967e-08, -2.3043112100202176e-09,
    5.339813130999916e-10, -1.2481202067269968e-10, 2.923176066319201e-11, -6.566709534240663e-12,
    1.5491338158886129e-12, -5.116584685713687e-13, 1.2167067542304562e-13,
};
static const double lgamma_near_1_narrow[] = {
    -0.5772156648279604, 0.41123351667711394, -0.10017141799727192, 0.033822605518194715, -0.012961401302384292,
    0.005298568869880745, -0.0022523175008368184, 0.0009812745876307083, -0.0004290317680618672,
    0.00019272072033748423, -0.00010075554488783791, 4.636479121037082e-05, -5.808040986426145e-06,
    2.5635120718237264e-06, -1.0783482409474633e-05, 5.090567764097401e-06,
};
static const double lgamma_near_2_narrow[] = {
    0.42278433509846713, 0.1612335168370329, -0.016838075292117217, 0.0025725985606357923, -0.00046159636449931353,
    9.034231177263962e-05, -1.863997631719771e-05, 3.950541067347046e-06, -8.644940644657733e-07,
    2.2457516046265007e-07, -5.086053456119168e-08,
};

MK_INLINE vf64 nearest_f64(vf64 x) { return __builtin_elementwise_roundeven(x); }

// log |Γ(x)|: below 1.5 from Γ(1 + d), up to 10 from Γ(2 + d) and the product that leads there, then Stirling's series;
// below -½ reflected.
MK_INLINE vf64 lgamma_wide(vf64 x, bool narrow) {
  const vf64 a = absolute_f64(x);
  const vi64 tiny = a < 0.5, low = a < 1.5, high = a >= 10.0;
  const vf64 near_1 = select_f64(tiny, x, a - 1.0);
  vf64 y = a, product = splat_f64(1.0);
#pragma clang loop unroll(full)
  for (int32_t step = 0; step < 8; step++) {
    const vi64 more = y >= 2.5;
    y = select_f64(more, y - 1.0, y);
    product = select_f64(more, product * y, product);
  }
  const vf64 near_2 = y - 2.0;
  const vf64 logarithm = log_f64(select_f64(high | tiny, a, product));
  const vf64 first = near_1 * (narrow ? MK_POLYNOMIAL(near_1 * 2.0, lgamma_near_1_narrow) : MK_POLYNOMIAL(near_1 * 2.0, lgamma_near_1));
  const vf64 second = near_2 * (narrow ? MK_POLYNOMIAL(near_2 * 2.0, lgamma_near_2_narrow) : MK_POLYNOMIAL(near_2 * 2.0, lgamma_near_2));
  vf64 result = select_f64(low, first, second + logarithm);
  result = select_f64(tiny, first - logarithm, result);
  if (any_i64(high)) {
    static const double series[] = {1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156};
    const vf64 r = 1.0 / a;
    const vf64 stirling = fma_f64(a - 0.5, logarithm, 0.91893853320467274178 - a) + r * MK_POLYNOMIAL(r * r, series);
    result = select_f64(high, stirling, result);
  }
  const vi64 reflected = x <= -0.5;
  if (any_i64(reflected)) {
    const vf64 s = absolute_f64(sin_f64((a - nearest_f64(a)) * 3.14159265358979323846));
    const vf64 mirror = log_f64(3.14159265358979323846 / (a * s)) - result;
    result = select_f64(reflected, select_f64(s == 0.0, splat_f64(INFINITY), mirror), result);
  }
  return select_f64(a == INFINITY, a, result);
}
MK_INLINE vf64 lgamma_f64(vf64 x) { return lgamma_wide(x, false); }

// π/tan(πx), with the whole part of x taken off exactly.
MK_INLINE vf64 cotangent_pi(vf64 x) {
  const vf64 angle = (x - nearest_f64(x)) * 3.14159265358979323846;
  return 3.14159265358979323846 * cos_f64(angle) / sin_f64(angle);
}

// The logarithmic derivative of the gamma function, PyTorch's conventions: ∓infinity at ±0, NaN at the negative integers.
MK_INLINE vf64 digamma_f64(vf64 x) {
  static const double series[] = {1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12};
  const vi64 reflected = x < 0.0;
  vf64 z = select_f64(reflected, 1.0 - x, x), sum = splat_f64(0.0);
  // up to where the asymptotic series is good
  for (int32_t step = 0; step < 10; step++) {
    const vi64 more = z < 10.0;
    if (!any_i64(more)) break;
    sum = select_f64(more, sum - 1.0 / z, sum);
    z = select_f64(more, z + 1.0, z);
  }
  const vf64 r = 1.0 / z, square = r * r;
  vf64 result = sum + log_f64(z) - 0.5 * r - square * MK_POLYNOMIAL(square, series);
  result = select_f64(z == INFINITY, z, result);
  if (any_i64(reflected)) {
    const vf64 cotangent = cotangent_pi(x);
    const vi64 whole = x == nearest_f64(x);
    result = select_f64(reflected, select_f64(whole, splat_f64(NAN), result - cotangent), result);
  }
  return select_f64(x == 0.0, copysign_f64(splat_f64(INFINITY), -x), result);
}

// Its derivative; infinity at 0. `angle` is πx as rounded to the operand's type: at the poles, the negative integers, PyTorch
// takes its sine, so that they come out large and finite.
MK_INLINE vf64 trigamma_f64(vf64 x, vf64 angle) {
  static const double series[] = {1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6};
  const vi64 reflected = x < 0.5;
  vf64 z = select_f64(reflected, 1.0 - x, x), sum = splat_f64(0.0);
  for (int32_t step = 0; step < 10; step++) {
    const vi64 more = z < 10.0;
    if (!any_i64(more)) break;
    sum = select_f64(more, sum + 1.0 / (z * z), sum);
    z = select_f64(more, z + 1.0, z);
  }
  const vf64 r = 1.0 / z, square = r * r;
  vf64 result = sum + r * (1.0 + 0.5 * r + square * MK_POLYNOMIAL(square, series));
  if (any_i64(reflected)) {
    const vf64 whole = nearest_f64(x);
    const vf64 mirror = 3.14159265358979323846 / sin_f64(select_f64(x == whole, angle, (x - whole) * 3.14159265358979323846));
    result = select_f64(reflected, mirror * mirror - result, result);
  }
  return result;
}

// Hurwitz's zeta function Σ (q + k)^-s, k ≥ 0, by Euler's and Maclaurin's summation: the terms until q + k passes 9, an
// integral, and corrections with the Bernoulli numbers over the even factorials. PyTorch's conventions at the edges.
static double zeta_scalar(double s, double q) {
  static const double corrections[] = {  // B₂ⱼ/(2j)!
    1.0 / 12, -1.0 / 720, 1.0 / 30240, -1.0 / 1209600, 1.0 / 47900160, -691.0 / 1307674368000.0, 1.0 / 74724249600.0,
    -3617.0 / 10670622842880000.0, 43867.0 / 5109094217170944000.0, -174611.0 / 802857662698291200000.0};
  if (isnan(s) || isnan(q)) return NAN;
  if (s == 1) return INFINITY;
  if (s < 1) return NAN;
  if (q <= 0) {
    if (q == floor(q)) return INFINITY;
    if (s != floor(s)) return NAN;
  }
  if (isinf(q)) return NAN;
  if (isinf(s)) return pow(q, -s);
  double sum = 0, a = q;
  for (int32_t i = 0; i < 9 || a <= 9; i++, a += 1) {
    const double term = pow(a, -s);
    sum += term;
    if (fabs(term) < 0x1p-54 * fabs(sum)) return sum;
  }
  double term = pow(a, -s);
  sum += term * a / (s - 1) + 0.5 * term;
  double factor = s * term / a;  // s(s + 1)…(s + 2j - 2)·a^-(s + 2j - 1)
  for (int32_t j = 0; j < 10; j++) {
    const double correction = corrections[j] * factor;
    sum += correction;
    if (fabs(correction) < 0x1p-54 * fabs(sum)) break;
    factor *= (s + 2 * j + 1) * (s + 2 * j + 2) / (a * a);
  }
  return sum;
}
// The derivative of digamma of order n ≥ 2: (-1)^(n + 1)·n!·ζ(n + 1, x).
static double polygamma_scalar(double n, double x) {
  return (fmod(n, 2) != 0 ? 1 : -1) * exp(lgamma(n + 1)) * zeta_scalar(n + 1, x);
}
MK_INLINE vf64 polygamma_f64(vf64 x, double order) {
  if (order == 0) return digamma_f64(x);
  if (order == 1) return trigamma_f64(x, x * 3.14159265358979323846);
  for (int32_t lane = 0; lane < MK_F64; lane++) x[lane] = polygamma_scalar(order, x[lane]);
  return x;
}
MK_INLINE vf64 zeta_f64(vf64 s, vf64 q) {
  for (int32_t lane = 0; lane < MK_F64; lane++) s[lane] = zeta_scalar(s[lane], q[lane]);
  return s;
}

// ---- Short formulas ------------------------------------------------------------------------------------------------
// -x·log x, 0 at 0
MK_INLINE vf64 entr_f64(vf64 x) {
  const vf64 y = select_f64(x == 0.0, splat_f64(0.0), -x * log_f64(x));
  return select_f64(x < 0.0, splat_f64(-INFINITY), y);
}
// sin(πx)/(πx), 1 at 0
MK_INLINE vf64 sinc_f64(vf64 x) {
  const vf64 angle = x * 3.14159265358979323846;
  return select_f64(x == 0.0, splat_f64(1.0), sin_f64(angle) / angle);
}
// sin(x)/x; around 0, where the quotient would lose its last digits, the series 1 - x²/6 + x⁴/120 - … (as far as x = ½ asks)
MK_INLINE vf64 spherical_bessel_j0_f64(vf64 x) {
  const vf64 y = x * x;
  vf64 series = y * (-1.0 / 1307674368000.0) + 1.0 / 6227020800.0;
  series = series * y - 1.0 / 39916800.0;
  series = series * y + 1.0 / 362880.0;
  series = series * y - 1.0 / 5040.0;
  series = series * y + 1.0 / 120.0;
  series = series * y - 1.0 / 6.0;
  series = series * y + 1.0;
  const vf64 size = absolute_f64(x);
  vf64 away = sin_f64(x) / x;
  away = select_f64(size == INFINITY, splat_f64(0.0), away);
  return select_f64(size < 0.5, series, away);
}
// log(x/(1 - x)) of x limited to [low, 1 - low]; low below 0: not limited
MK_INLINE vf64 logit_f64(vf64 x, double low) {
  if (low >= 0) {
    const vf64 high = splat_f64(1.0 - low);
    x = select_f64(x < low, splat_f64(low), x);
    x = select_f64(x > high, high, x);
  }
  return log_f64(x / (1.0 - x));
}

// ---- float32, through float64 ---------------------------------------------------------------------------------------
MK_THROUGH_F64(bessel_i0, bessel_i0_f64(x))
MK_THROUGH_F64(bessel_i0e, bessel_i0e_f64(x))
MK_THROUGH_F64(bessel_i1, bessel_i1_f64(x))
MK_THROUGH_F64(bessel_i1e, bessel_i1e_f64(x))
MK_THROUGH_F64(erfcx, erfcx_f64(x))
MK_THROUGH_F64(ndtr, 0.5 * erfc_narrow(x * -0.70710678118654752440))
MK_THROUGH_F64(log_ndtr, log_ndtr_f64(x))
MK_THROUGH_F64(ndtri, ndtri_f64(x))
MK_THROUGH_F64(erfinv, erfinv_f64(x))
MK_THROUGH_F64(lgamma, lgamma_wide(x, true))
MK_THROUGH_F64(digamma, digamma_f64(x))
MK_THROUGH_F64(entr, entr_f64(x))
MK_THROUGH_F64(spherical_bessel_j0, spherical_bessel_j0_f64(x))
// The angle is rounded to float32, as PyTorch has it.
MK_THROUGH_F64(sine_ratio, sin_f64(x) / x)
MK_INLINE vf32 sinc_f32(vf32 x) { return select_f32(x == 0.0f, splat_f32(1.0f), sine_ratio_f32(x * 3.14159274f)); }
MK_THROUGH_F64(logit_unlimited, log_f64(x / (1.0 - x)))
MK_INLINE vf32 logit_f32(vf32 x, double low) {
  if (low >= 0) {
    const vf32 lowest = splat_f32((float)low), highest = 1.0f - lowest;
    x = select_f32(x < lowest, lowest, x);
    x = select_f32(x > highest, highest, x);
  }
  return logit_unlimited_f32(x);
}
MK_INLINE vf64 polygamma_narrow(vf64 x, vf64 angle, double order) {
  return order == 1 ? trigamma_f64(x, angle) : polygamma_f64(x, order);
}
MK_INLINE vf32 polygamma_f32(vf32 x, double order) {
  const vf32 angle = x * 3.14159274f;
  vf32 result;
  result.lo = __builtin_convertvector(
      polygamma_narrow(__builtin_convertvector(x.lo, vf64), __builtin_convertvector(angle.lo, vf64), order), half_of_vf32);
  result.hi = __builtin_convertvector(
      polygamma_narrow(__builtin_convertvector(x.hi, vf64), __builtin_convertvector(angle.hi, vf64), order), half_of_vf32);
  return result;
}
MK_INLINE vf32 zeta_f32(vf32 s, vf32 q) {
  for (int32_t lane = 0; lane < MK_F32; lane++) s[lane] = (float)zeta_scalar(s[lane], q[lane]);
  return s;
}
#undef MK_POLYNOMIAL
