## SPDX-License-Identifier: MIT OR Apache-2.0
## The Octave sample: the contract by the language and its library. The shim passes the functions of
## the host that an entry needs. Only what is built in: Octave's own scripts are not on its path.

1;

function text = entry_version ()
  text = ["Octave " OCTAVE_VERSION()];
end

function entry_callback (emit)
  printf ("Octave callback!\n");
  emit ("callback", 0);
end

function result = entry_call (apply, fn, arg)
  result = apply (fn, arg);
end

function sum_of_all = entry_churn (live, mib, seed)
  live_every = 16;
  reported = 8;
  words = 256;
  blocks = mib * 1024;
  living = cell (1, blocks / live_every);
  for i = 0:blocks - 1
    block = zeros (1, words, "uint32");
    block(:) = mod (seed + i * 2654435761, 2^32);
    if (mod (i, live_every) == 0)
      living{i / live_every + 1} = block;
    endif
  endfor
  sum_of_all = uint64 (0);
  for i = 1:numel (living)
    sum_of_all += sum (uint64 (living{i}));
  endfor
  for i = 0:min (reported, numel (living)) - 1
    live (living{floor (i * numel (living) / reported) + 1});
  endfor
end

## An error of Octave carries text only.
function sample_throw (payload)
  error ("sample:raised", "%s", num2hex (payload));
end

function payload = sample_risky (payload)
  sample_throw (payload);
  payload = bitxor (payload, intmax ("int64"));
end

function payload = entry_raise (payload)
  try
    payload = sample_risky (payload);
  catch caught
    payload = hex2num (caught.message, "int64");
  end_try_catch
end

function depth = sample_recurse (depth)
  depth = sample_recurse (depth + 1) + 1;
end

function failed = entry_overflow ()
  failed = 1;
  try
    sample_recurse (0);
  catch caught
    failed = isempty (strfind (caught.message, "max_recursion_depth exceeded"));
  end_try_catch
end

function text = coexist_depth_1 ()
  text = coexist_depth_2 ();
end

function text = coexist_depth_2 ()
  text = coexist_depth_3 ();
end

function text = coexist_depth_3 ()
  text = sprintf ("%s\n", dbstack ().name);
end

function count = entry_state ()
  persistent counter = 0;
  counter += 1;
  count = counter;
end

function entry_main (test)
  printf ("Main, calling c\n");
  ## Whoever comes next writes past Octave's buffer.
  fflush (stdout);
  test ("octave");
  fflush (stdout);
end
