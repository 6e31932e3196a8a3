-- SPDX-License-Identifier: MIT OR Apache-2.0
-- | The Haskell sample's eager flavour: its own main runs at DT_INIT time, before the program's.
module Eager () where

import Foreign.C
import Foreign.Ptr
import Sample ()
import System.IO

foreign import ccall "coexist_test" test :: CString -> FunPtr (IO ()) -> IO ()
foreign import ccall "&sample_callback" back :: FunPtr (IO ())
foreign export ccall "sample_main" main :: IO ()

main :: IO ()
main = do
  putStrLn "Main, calling c"
  -- Whoever comes next writes past Haskell's handles.
  hFlush stdout
  withCString "haskell" (`test` back)
  hFlush stdout
